import type { Migration } from '#libs/postgres';

/**
 * Which moments of telling that a key expires were seen to, so that each is tried once and not every time that somebody
 * looks. Nothing rests on it: the command that is run for a moment has an id of its own, so that a table that was lost or
 * restored costs work alone.
 */
export const expiryNoticeMigrations: readonly Migration[] = [
  {
    id: 'expiry-notices/001-tried',
    sql: `
      create schema if not exists expiry_notices;
      grant usage on schema expiry_notices to {{projector}};

      create table expiry_notices.tried (
        org_id text collate "C" not null,
        key_id text collate "C" not null,
        -- Unix seconds
        expires_at bigint not null,
        days_left int not null,
        primary key (key_id, expires_at, days_left)
      );
      create index tried_expires_at on expiry_notices.tried (expires_at);
      alter table expiry_notices.tried enable row level security;
      alter table expiry_notices.tried force row level security;
      create policy every_organization on expiry_notices.tried to {{projector}} using (true) with check (true);
      grant select, insert, delete on expiry_notices.tried to {{projector}};
    `,
  },
];
