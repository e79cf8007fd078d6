import type { Migration } from '#libs/postgres';

/**
 * What webhooks send of a key says when it was used last, as a `GET` does. Of the read models, although deliveries need it:
 * whoever drops those drops this too, and has both made anew.
 */
export const keyUsesMigration: Migration = {
  id: 'read-models/011-key-uses',
  sql: `
    grant select on read_models.api_key_usage to {{projector}};
    create policy for_deliveries on read_models.api_key_usage for select to {{projector}} using (true);
    create index api_key_usage_of_key on read_models.api_key_usage (key_id);
  `,
};
