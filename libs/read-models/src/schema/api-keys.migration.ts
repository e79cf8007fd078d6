import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/**
 * The key listing. A key's row stays when the key is deleted: its lineage is folded on from it.
 * `state` is the domain's `KeyState`; the columns beside it are what lists filter and sort by, and nothing else.
 */
export const apiKeysMigration: Migration = {
  id: 'read-models/001-api-keys',
  sql: `
    create table read_models.api_keys (
      org_id text collate "C" not null,
      id text collate "C" not null,
      lineage text collate "C" not null,
      -- seq of the event that made the key: the order of every list
      created_seq bigint not null,
      search text not null,
      key_type text not null,
      environment text not null,
      deleted boolean not null,
      revoked boolean not null,
      suspended boolean not null,
      rotated boolean not null,
      expires_at bigint,
      grace_expires_at bigint,
      state json not null,
      primary key (org_id, id)
    ) with (fillfactor = 70);
    create unique index api_keys_newest on read_models.api_keys (org_id, created_seq);
    create index api_keys_lineage on read_models.api_keys (lineage);
    ${confined('api_keys')}
  `,
};
