import fc from 'fast-check';
import {
  aDenial,
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyExpiring,
  apiKeyRevoked,
  apiKeyRotated,
  keyId,
  START,
} from '#libs/testing';
import { expectSameRows } from '../testing/expect-same-rows.js';
import { keyHistories } from '../testing/key-histories.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { ApiKeyHistoryProjection } from './api-key-history.projection.js';
import { getApiKeyHistory } from './get-api-key-history.js';
import { wasKey } from './was-key.js';

const TABLES = ['api_key_steps', 'api_key_states'];
const LINEAGE = 'AbCdEfGh12345678';
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
beforeEach(() => database.forget());
afterAll(() => database.drop());

const LIFE = logOf([
  apiKeyCreated(),
  aDenial(),
  apiKeyRotated({ graceExpiresAt: START + 60 }, { at: START + 10, reason: 'leaked' }),
  apiKeyRotated({ from: keyId(1), to: keyId(2), graceExpiresAt: START + 90 }, { at: START + 20 }),
  apiKeyRevoked({ at: START + 30 }, keyId(1)),
  apiKeyDeleted({ at: START + 40 }, keyId(2)),
]);

it('keeps of every event which keys it changed, and how it left them', async () => {
  await database.project(new ApiKeyHistoryProjection(), LIFE);
  const history = await getApiKeyHistory(database.api, 'org_a', LINEAGE, { limit: 50, afterRevision: -1 });
  expect(history.map(({ seq, revision, eventType }) => [seq, revision, eventType])).toEqual([
    [1, 0, 'api_key.created'],
    [3, 1, 'api_key.rotated'],
    [4, 2, 'api_key.rotated'],
    [5, 3, 'api_key.revoked'],
    [6, 4, 'api_key.deleted'],
  ]);
  expect(history.map(({ states }) => states.map(({ id }) => id))).toEqual([
    [keyId(0)],
    [keyId(0), keyId(1)],
    // The second rotation also ended the first one's grace.
    [keyId(0), keyId(1), keyId(2)],
    [keyId(1)],
    [keyId(2)],
  ]);
  expect(history[1]).toMatchObject({ reason: 'leaked', occurredAt: new Date((START + 10) * 1_000).toISOString() });
  expect(history[0]?.changes).toContainEqual({ field: 'status', before: null, after: 'active' });
});

it('has a step without a state of what is told of a key and changes none', async () => {
  const log = logOf([apiKeyCreated(), apiKeyExpiring({}, { at: START + 10 }), apiKeyRevoked({ at: START + 20 })]);
  await database.project(new ApiKeyHistoryProjection(), log, [1, 2]);
  const history = await getApiKeyHistory(database.api, 'org_a', LINEAGE, { limit: 50, afterRevision: -1 });
  expect(history.map(({ eventType, changes, states }) => [eventType, changes.length, states.length])).toEqual([
    ['api_key.created', 6, 1],
    ['api_key.expiring', 0, 0],
    ['api_key.revoked', 1, 1],
  ]);
});

it('pages through a history, oldest first, of a deleted key too, and never of another organization', async () => {
  await database.project(new ApiKeyHistoryProjection(), LIFE);
  const page = (orgId: string, afterRevision: number) =>
    getApiKeyHistory(database.api, orgId, LINEAGE, { limit: 3, afterRevision });
  const revisions = [await page('org_a', -1), await page('org_a', 2)].map((entries) =>
    entries.map(({ revision }) => revision),
  );
  expect(revisions).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
  expect(await page('org_b', -1)).toEqual([]);
});

it('knows the ids that keys had, deleted ones too, of the organization alone', async () => {
  await database.project(new ApiKeyHistoryProjection(), LIFE);
  for (const id of [keyId(0), keyId(1), keyId(2)]) expect(await wasKey(database.api, 'org_a', id)).toBe(true);
  expect(await wasKey(database.api, 'org_a', keyId(3))).toBe(false);
  expect(await wasKey(database.api, 'org_b', keyId(0))).toBe(false);
});

it.each(LIFE.map((_, cut) => cut))(
  'gives the same rows when a page ends after %i events, and on a second run',
  async (cut) => {
    const [inPages, whole] = [new ApiKeyHistoryProjection(), new ApiKeyHistoryProjection()];
    await expectSameRows(database, TABLES, { log: LIFE, cuts: [cut], inPages, whole });
  },
);

it('keeps the same of any history, in whatever pages, with a cache or without, and again from zero', async () => {
  await fc.assert(
    fc.asyncProperty(keyHistories, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), async (history, cuts) => {
      const log = logOf(history);
      const [inPages, whole] = [new ApiKeyHistoryProjection(2), new ApiKeyHistoryProjection()];
      await expectSameRows(database, TABLES, { log, cuts: cuts.filter((cut) => cut < log.length), inPages, whole });
    }),
    { numRuns: 40 },
  );
});

it('stops at an event of a version that it does not know, and keeps nothing of its page', async () => {
  const log = logOf([apiKeyCreated(), apiKeyRevoked({ schema_version: 9 })]);
  await expect(database.project(new ApiKeyHistoryProjection(), log)).rejects.toMatchObject({ code: 'unknown_event' });
  expect(await database.rows(TABLES)).toEqual([]);
});

it('stops at an event of another organization in the stream of a key, also when it has to look the lineage up', async () => {
  const log = logOf([apiKeyCreated(), apiKeyRevoked({ org_id: 'org_b' })]);
  for (const cuts of [[], [1]]) {
    await database.forget();
    const projected = database.project(new ApiKeyHistoryProjection(0), log, cuts);
    await expect(projected).rejects.toMatchObject({ code: 'malformed_event' });
  }
});

it('goes on from what is stored after a page was not kept', async () => {
  const life = [apiKeyCreated(), apiKeyRotated({}, { at: START + 5 })];
  const log = logOf(life);
  const broken = logOf([...life, apiKeyDeleted({ schema_version: 9 })]);
  await database.project(new ApiKeyHistoryProjection(), log);
  const whole = await database.rows(TABLES);
  await database.forget();
  const projection = new ApiKeyHistoryProjection();
  await database.project(projection, log.slice(0, 1));
  await expect(database.project(projection, broken)).rejects.toMatchObject({ code: 'unknown_event' });
  await database.project(projection, log);
  expect(await database.rows(TABLES)).toEqual(whole);
});
