import type { Migration } from '#libs/postgres';

/**
 * Leads whoever looks every few seconds for keys that are about to expire past all others. Over a column alone that never
 * changes of a key, so that a change of one still touches no index. For what serves and for every later generation.
 */
export const expiringKeysMigration: Migration = {
  id: 'read-models/010-expiring-keys',
  sql: `
    do $$
    declare
      v_table regclass;
    begin
      for v_table in
        select c.oid from pg_class c
        where c.relname = 'api_keys' and c.relkind = 'r'
          and (c.relnamespace::regnamespace::text like 'read\\_models\\_%'
               or c.relnamespace = 'read_model_shapes'::regnamespace)
      loop
        execute format('create index on %s (expires_at, id) where expires_at is not null', v_table);
      end loop;
    end $$;
  `,
};
