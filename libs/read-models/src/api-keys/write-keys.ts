import type pg from 'pg';
import { arrayParameter } from '../array-parameter.js';
import { jsonLines } from '../json-lines.js';
import { searchText } from '../search-text.js';
import type { ChangedKey } from './key-page-fold.js';

/** Writes each key as the page left it. What made a key never changes: `created_seq` and `lineage` stay. */
export async function writeKeys(transaction: pg.ClientBase, keys: readonly ChangedKey[]): Promise<void> {
  const column = (value: (changed: ChangedKey) => string | number | boolean | null): string =>
    arrayParameter(keys.map(value));
  await transaction.query({
    name: 'write_keys',
    text: WRITE_KEYS,
    values: [
      column(({ orgId }) => orgId),
      column(({ key }) => key.id),
      column(({ lineage }) => lineage),
      column(({ createdSeq }) => createdSeq),
      column(({ key }) => searchText(key.name)),
      column(({ key }) => searchText(key.description)),
      column(({ key }) => key.type),
      column(({ key }) => key.environment),
      column(({ key }) => key.deleted),
      column(({ key }) => key.revoked !== null),
      column(({ key }) => key.suspended !== null),
      column(({ key }) => key.rotatedTo !== null),
      column(({ key }) => key.expiresAt),
      column(({ key }) => key.graceExpiresAt),
      jsonLines(keys.map(({ key }) => key)),
    ],
  });
}

const WRITE_KEYS = `
  insert into read_models.api_keys as stored
    (org_id, id, lineage, created_seq, name_search, description_search, key_type, environment,
     deleted, revoked, suspended, rotated, expires_at, grace_expires_at, state)
  select * from unnest
    ($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[],
     $10::boolean[], $11::boolean[], $12::boolean[], $13::bigint[], $14::bigint[], string_to_array($15, E'\\n')::json[])
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
