import type { Migration } from '#libs/postgres';

/**
 * When each key was last used. Owned by the api role, which alone knows: no event is appended for a use, so this is one
 * of the few tables that the log cannot rebuild. Times are Unix seconds.
 *
 * `record_use` writes many keys of one organization in one round trip, later times only, in the order of the ids so
 * that two nodes cannot lock each other out.
 */
export const apiKeyUsageMigration: Migration = {
  id: 'read-models/003-api-key-usage',
  sql: `
    create table read_models.api_key_usage (
      org_id text collate "C" not null,
      key_id text collate "C" not null,
      last_used_at bigint not null,
      primary key (org_id, key_id)
    ) with (fillfactor = 70);
    alter table read_models.api_key_usage enable row level security;
    alter table read_models.api_key_usage force row level security;
    create policy own_organization on read_models.api_key_usage to {{api}}
      using (org_id = current_setting('keyledger.org_id', true))
      with check (org_id = current_setting('keyledger.org_id', true));
    grant select, insert, update on read_models.api_key_usage to {{api}};

    create function read_models.record_use(p_org text, p_key_ids text[], p_times bigint[]) returns void
    language plpgsql security invoker as $$
    begin
      perform set_config('keyledger.org_id', p_org, true);
      insert into read_models.api_key_usage as stored (org_id, key_id, last_used_at)
      select p_org, used.key_id, max(used.at) from unnest(p_key_ids, p_times) as used (key_id, at)
      group by used.key_id order by used.key_id
      on conflict (org_id, key_id) do update set last_used_at = excluded.last_used_at
      where stored.last_used_at < excluded.last_used_at;
    end $$;
    revoke execute on function read_models.record_use from public;
    grant execute on function read_models.record_use to {{api}};
  `,
};
