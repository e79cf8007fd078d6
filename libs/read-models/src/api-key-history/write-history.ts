import type pg from 'pg';
import { BinaryArray } from '../binary-array.js';
import { byOrganization } from '../by-organization.js';
import { searchText } from '../search-text.js';
import { FOR_EVER, type EndedState, type HistoryPage, type KeyInterval, type Step } from './history-page.js';

/** Writes what a page adds. A row that is there already, or one to be ended that is not, is an error. */
export async function writeHistory(
  transaction: pg.ClientBase,
  { steps, ended, intervals }: HistoryPage,
): Promise<void> {
  await transaction.query({ name: 'insert_steps', text: INSERT_STEPS, values: [...stepColumns(steps)] });
  // First the ends: a key has one present state.
  if (ended.length > 0) {
    const { rowCount } = await transaction.query({ name: 'end_states', text: END_STATES, values: [...ends(ended)] });
    if (rowCount !== ended.length) throw new Error(`${ended.length} states ended, but ${rowCount} rows were there`);
  }
  await transaction.query({ name: 'insert_states', text: INSERT_STATES, values: [...stateColumns(intervals)] });
}

function stepColumns(unordered: readonly Step[]): readonly Buffer[] {
  const steps = byOrganization(unordered, ({ orgId }) => orgId);
  return [
    BinaryArray.text(steps, ({ orgId }) => orgId),
    BinaryArray.text(steps, ({ lineage }) => lineage),
    BinaryArray.int8(steps, ({ revision }) => revision),
    BinaryArray.int8(steps, ({ seq }) => seq),
    BinaryArray.text(steps, ({ entry }) => entry),
    BinaryArray.text(steps, ({ states }) => states),
  ];
}

function ends(ended: readonly EndedState[]): readonly Buffer[] {
  return [
    BinaryArray.text(ended, ({ lineage }) => lineage),
    BinaryArray.text(ended, ({ id }) => id),
    BinaryArray.int8(ended, ({ endedAt }) => endedAt),
  ];
}

function stateColumns(unordered: readonly KeyInterval[]): readonly Buffer[] {
  const intervals = byOrganization(unordered, ({ orgId }) => orgId);
  return [
    BinaryArray.text(intervals, ({ orgId }) => orgId),
    BinaryArray.text(intervals, ({ key }) => key.id),
    BinaryArray.text(intervals, ({ lineage }) => lineage),
    BinaryArray.int8(intervals, ({ revision }) => revision),
    BinaryArray.int8(intervals, ({ createdSeq }) => createdSeq),
    BinaryArray.int8(intervals, ({ beganAt }) => beganAt),
    BinaryArray.int8(intervals, ({ endedAt }) => endedAt),
    BinaryArray.text(intervals, ({ key }) => searchText(key.name, key.description)),
    BinaryArray.text(intervals, ({ key }) => key.type),
    BinaryArray.text(intervals, ({ key }) => key.environment),
    BinaryArray.bool(intervals, ({ key }) => key.deleted),
    BinaryArray.bool(intervals, ({ key }) => key.revoked !== null),
    BinaryArray.bool(intervals, ({ key }) => key.suspended !== null),
    BinaryArray.bool(intervals, ({ key }) => key.rotatedTo !== null),
    BinaryArray.int8(intervals, ({ key }) => key.expiresAt),
    BinaryArray.int8(intervals, ({ key }) => key.graceExpiresAt),
  ];
}

const INSERT_STEPS = `
  insert into api_key_steps (org_id, lineage, revision, seq, entry, states)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])`;

/** By the index of the present states, whose condition must be repeated word for word. */
const END_STATES = `
  update api_key_states as stored set ended_at = page.ended_at
  from unnest($1::text[], $2::text[], $3::bigint[]) as page (lineage, id, ended_at)
  where stored.lineage = page.lineage and stored.id = page.id and stored.ended_at = ${FOR_EVER}`;

const INSERT_STATES = `
  insert into api_key_states
    (org_id, id, lineage, revision, created_seq, began_at, ended_at, search, key_type, environment,
     deleted, revoked, suspended, rotated, expires_at, grace_expires_at)
  select * from unnest
    ($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[],
     $10::text[], $11::boolean[], $12::boolean[], $13::boolean[], $14::boolean[], $15::bigint[], $16::bigint[])`;
