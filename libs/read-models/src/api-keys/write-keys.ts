import type pg from 'pg';
import { BinaryArray } from '../binary-array.js';
import { byOrganization } from '../by-organization.js';
import { searchText } from '../search-text.js';
import type { ChangedKey } from './key-page-fold.js';

/**
 * Writes each key as the page left it, new ones and known ones with a statement each: `on conflict do update` would look
 * up, lock and log every row twice. A new key that has a row, or a known one that has none, is an error.
 */
export async function writeKeys(transaction: pg.ClientBase, changed: readonly ChangedKey[]): Promise<void> {
  const keys = byOrganization(changed, ({ orgId }) => orgId);
  const made = keys.filter(({ isNew }) => isNew);
  const known = keys.filter(({ isNew }) => !isNew);
  if (made.length > 0) {
    await transaction.query({ name: 'insert_keys', text: INSERT_KEYS, values: [...columns(made), ...origins(made)] });
  }
  if (known.length > 0) {
    const { rowCount } = await transaction.query({
      name: 'update_keys',
      text: UPDATE_KEYS,
      values: [...columns(known)],
    });
    if (rowCount !== known.length) throw new Error(`${known.length} keys changed, but ${rowCount} rows were there`);
  }
}

/** What identifies a key and what can change of it. */
function columns(keys: readonly ChangedKey[]): readonly Buffer[] {
  return [
    BinaryArray.text(keys, ({ orgId }) => orgId),
    BinaryArray.text(keys, ({ key }) => key.id),
    BinaryArray.text(keys, ({ key }) => searchText(key.name, key.description)),
    BinaryArray.bool(keys, ({ key }) => key.deleted),
    BinaryArray.bool(keys, ({ key }) => key.revoked !== null),
    BinaryArray.bool(keys, ({ key }) => key.suspended !== null),
    BinaryArray.bool(keys, ({ key }) => key.rotatedTo !== null),
    BinaryArray.int8(keys, ({ key }) => key.expiresAt),
    BinaryArray.int8(keys, ({ key }) => key.graceExpiresAt),
    BinaryArray.text(keys, ({ key }) => JSON.stringify(key)),
  ];
}

/** What made a key never changes. */
function origins(keys: readonly ChangedKey[]): readonly Buffer[] {
  return [
    BinaryArray.text(keys, ({ lineage }) => lineage),
    BinaryArray.int8(keys, ({ createdSeq }) => createdSeq),
    BinaryArray.text(keys, ({ key }) => key.type),
    BinaryArray.text(keys, ({ key }) => key.environment),
  ];
}

const PAGE = `$1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::boolean[], $7::boolean[],
     $8::bigint[], $9::bigint[], $10::text[]`;

const INSERT_KEYS = `
  insert into api_keys
    (org_id, id, search, deleted, revoked, suspended, rotated, expires_at, grace_expires_at, state,
     lineage, created_seq, key_type, environment)
  select org_id, id, search, deleted, revoked, suspended, rotated, expires_at, grace_expires_at, state::json,
         lineage, created_seq, key_type, environment
  from unnest(${PAGE}, $11::text[], $12::bigint[], $13::text[], $14::text[]) as page
    (org_id, id, search, deleted, revoked, suspended, rotated, expires_at, grace_expires_at, state,
     lineage, created_seq, key_type, environment)`;

const UPDATE_KEYS = `
  update api_keys as stored set
    search = page.search,
    deleted = page.deleted,
    revoked = page.revoked,
    suspended = page.suspended,
    rotated = page.rotated,
    expires_at = page.expires_at,
    grace_expires_at = page.grace_expires_at,
    state = page.state::json
  from unnest(${PAGE}) as page
    (org_id, id, search, deleted, revoked, suspended, rotated, expires_at, grace_expires_at, state)
  where stored.org_id = page.org_id and stored.id = page.id`;
