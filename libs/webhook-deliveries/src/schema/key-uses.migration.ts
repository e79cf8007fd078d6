import type { Migration } from '#libs/postgres';

/** What is sent of a key says when it was used last, as a `GET` does. */
export const keyUsesMigration: Migration = {
  id: 'webhooks/006-key-uses',
  sql: `
    grant select on read_models.api_key_usage to {{projector}};
    create policy for_deliveries on read_models.api_key_usage for select to {{projector}} using (true);
    create index api_key_usage_of_key on read_models.api_key_usage (key_id);
  `,
};
