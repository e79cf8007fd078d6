import type { Migration } from '#libs/postgres';

/** The tables of each projection become its first generation (see `generationsMigration`); what is no projection's stays. */
export const readModelGenerationsMigration: Migration = {
  id: 'read-models/005-generations',
  sql: `
    select read_models.adopt_projection('api-keys', 1, 'api_keys');
    select read_models.adopt_projection('audit-log', 1, 'audit_entries', 'audit_actors');
    select read_models.adopt_projection('api-key-history', 1, 'api_key_steps', 'api_key_states');
  `,
};
