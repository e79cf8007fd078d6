import type { Migration } from '#libs/postgres';

/**
 * The signing secrets of webhook endpoints, sealed: of what makes up the system they alone are in no event, so that a
 * backup of the log without this schema leaves endpoints that cannot sign.
 *
 * A row is there before the event that names it. `kept_at` is when it was last asked for, and `named` whether an event is
 * known to name it: one that none names a day later is of a command that was refused or never came to its end.
 */
export const webhookSecretMigrations: readonly Migration[] = [
  {
    id: 'webhook-secrets/001-secrets',
    sql: `
      create schema if not exists webhook_secrets;
      grant usage on schema webhook_secrets to {{api}}, {{projector}};

      create table webhook_secrets.secrets (
        org_id text not null,
        webhook_id text not null,
        secret_id text not null,
        pepper_version int not null,
        sealed bytea not null,
        named boolean not null default false,
        kept_at timestamptz not null default now(),
        primary key (org_id, webhook_id, secret_id)
      );
      create index secrets_not_named on webhook_secrets.secrets (kept_at) where not named;
      alter table webhook_secrets.secrets enable row level security;
      alter table webhook_secrets.secrets force row level security;
      create policy own_organization on webhook_secrets.secrets to {{api}}
        using (org_id = current_setting('keyledger.org_id', true))
        with check (org_id = current_setting('keyledger.org_id', true));
      grant select, insert, update (kept_at) on webhook_secrets.secrets to {{api}};

      -- The dispatcher signs for every organization, and the sweeper sees to what no event names.
      create policy every_organization on webhook_secrets.secrets to {{projector}} using (true);
      grant select, update (named), delete on webhook_secrets.secrets to {{projector}};

      create function webhook_secrets.keep(
        p_org text, p_webhook text, p_secret text, p_pepper_version int, p_sealed bytea
      ) returns void language plpgsql as $$
      begin
        perform set_config('keyledger.org_id', p_org, true);
        insert into webhook_secrets.secrets as kept (org_id, webhook_id, secret_id, pepper_version, sealed)
        values (p_org, p_webhook, p_secret, p_pepper_version, p_sealed)
        on conflict (org_id, webhook_id, secret_id) do update set kept_at = now();
      end $$;

      create function webhook_secrets.sealed_of(p_org text, p_webhook text, p_secrets text[])
      returns table (secret_id text, pepper_version int, sealed bytea) language plpgsql as $$
      #variable_conflict use_column
      begin
        perform set_config('keyledger.org_id', p_org, true);
        return query
          select kept.secret_id, kept.pepper_version, kept.sealed from webhook_secrets.secrets kept
          where kept.org_id = p_org and kept.webhook_id = p_webhook and kept.secret_id = any (p_secrets);
      end $$;
    `,
  },
];
