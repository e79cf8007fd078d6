import type pg from 'pg';
import { searchText } from '../search-text.js';
import type { ChangedKey } from './key-page-fold.js';

/** Writes each key as the page left it. What made a key never changes: `created_seq` and `lineage` stay. */
export async function writeKeys(transaction: pg.ClientBase, keys: readonly ChangedKey[]): Promise<void> {
  await transaction.query({ name: 'write_keys', text: WRITE_KEYS, values: [JSON.stringify(keys.map(toRow))] });
}

function toRow({ orgId, lineage, createdSeq, key }: ChangedKey): object {
  return {
    org_id: orgId,
    id: key.id,
    lineage,
    created_seq: createdSeq,
    name_search: searchText(key.name),
    description_search: searchText(key.description),
    key_type: key.type,
    environment: key.environment,
    deleted: key.deleted,
    revoked: key.revoked !== null,
    suspended: key.suspended !== null,
    rotated: key.rotatedTo !== null,
    expires_at: key.expiresAt,
    grace_expires_at: key.graceExpiresAt,
    state: key,
  };
}

const WRITE_KEYS = `
  insert into read_models.api_keys as stored
    (org_id, id, lineage, created_seq, name_search, description_search, key_type, environment,
     deleted, revoked, suspended, rotated, expires_at, grace_expires_at, state)
  select * from json_to_recordset($1::json) as page
    (org_id text, id text, lineage text, created_seq bigint, name_search text, description_search text, key_type text,
     environment text, deleted boolean, revoked boolean, suspended boolean, rotated boolean, expires_at bigint,
     grace_expires_at bigint, state json)
  on conflict (org_id, id) do update set
    name_search = excluded.name_search,
    description_search = excluded.description_search,
    key_type = excluded.key_type,
    environment = excluded.environment,
    deleted = excluded.deleted,
    revoked = excluded.revoked,
    suspended = excluded.suspended,
    rotated = excluded.rotated,
    expires_at = excluded.expires_at,
    grace_expires_at = excluded.grace_expires_at,
    state = excluded.state`;
