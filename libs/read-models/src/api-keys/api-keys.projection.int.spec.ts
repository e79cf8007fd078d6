import fc from 'fast-check';
import { apiKeyDecider, parseApiKeyEvent, type KeyState, type LineageState } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';
import { apiKeyCreated, apiKeyDeleted, apiKeyRevoked, apiKeyRotated, aDenial, keyId, START } from '#libs/testing';
import { expectSameRows } from '../testing/expect-same-rows.js';
import { keyHistories } from '../testing/key-histories.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { ApiKeysProjection } from './api-keys.projection.js';

const TABLES = ['api_keys'];
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
beforeEach(() => database.forget());
afterAll(() => database.drop());

async function keys(): Promise<readonly { readonly state: KeyState; readonly created_seq: string }[]> {
  const { rows } = await database.projectorPool.query<{ state: KeyState; created_seq: string }>(
    'select state, created_seq from read_models.api_keys order by org_id, id',
  );
  return rows;
}

/** The keys of a log by the domain's fold alone. */
function folded(log: readonly StoredEvent[]): readonly KeyState[] {
  const lineages = new Map<string, LineageState>();
  for (const event of log.filter(({ stream }) => stream.startsWith('apiKey-'))) {
    const before = lineages.get(event.stream) ?? apiKeyDecider.initialState;
    lineages.set(event.stream, apiKeyDecider.evolve(before, parseApiKeyEvent(event)));
  }
  const sorted = [...lineages.values()].sort((a, b) => ((a.orgId ?? '') < (b.orgId ?? '') ? -1 : 1));
  return sorted
    .flatMap(({ orgId, keys: all }) => all.map((key) => ({ orgId: orgId ?? '', key })))
    .sort((a, b) => (a.orgId + a.key.id < b.orgId + b.key.id ? -1 : 1))
    .map(({ key }) => key);
}

const LIFE = logOf([
  apiKeyCreated(),
  aDenial(),
  apiKeyRotated({ graceExpiresAt: START + 60 }, { at: START + 10, reason: 'leaked' }),
  apiKeyRotated({ from: keyId(1), to: keyId(2), graceExpiresAt: START + 90 }, { at: START + 20 }),
  apiKeyRevoked({ at: START + 30 }, keyId(1)),
  apiKeyDeleted({ at: START + 40 }, keyId(2)),
]);

it('keeps each key as the fold leaves it, under the number of the event that made it', async () => {
  await database.project(new ApiKeysProjection(), LIFE);
  const rows = await keys();
  expect(rows.map(({ state }) => state)).toEqual(folded(LIFE));
  expect(rows.map(({ created_seq }) => created_seq)).toEqual(['1', '3', '4']);
});

it.each(LIFE.map((_, cut) => cut))(
  'gives the same rows when a page ends after %i events, and on a second run',
  async (cut) => {
    const [inPages, whole] = [new ApiKeysProjection(), new ApiKeysProjection()];
    await expectSameRows(database, TABLES, { log: LIFE, cuts: [cut], inPages, whole });
  },
);

it('folds any history as the domain does, in whatever pages, with a cache or without, and again from zero', async () => {
  await fc.assert(
    fc.asyncProperty(keyHistories, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), async (history, cuts) => {
      const log = logOf(history);
      const [inPages, whole] = [new ApiKeysProjection(2), new ApiKeysProjection()];
      await expectSameRows(database, TABLES, { log, cuts: cuts.filter((cut) => cut < log.length), inPages, whole });
      expect((await keys()).map(({ state }) => state)).toEqual(folded(log));
    }),
    { numRuns: 40 },
  );
});

it('stops at an event of a version that it does not know, and keeps nothing of its page', async () => {
  const log = logOf([apiKeyCreated(), apiKeyRevoked({ schema_version: 9 })]);
  await expect(database.project(new ApiKeysProjection(), log)).rejects.toMatchObject({ code: 'unknown_event' });
  expect(await database.rows(TABLES)).toEqual([]);
});

it('stops at an event of another organization in the stream of a key', async () => {
  const log = logOf([apiKeyCreated(), apiKeyRevoked({ org_id: 'org_b' })]);
  await expect(database.project(new ApiKeysProjection(), log)).rejects.toMatchObject({ code: 'malformed_event' });
});

it('folds on from what is stored after a page was not kept', async () => {
  const projection = new ApiKeysProjection();
  const log = logOf([apiKeyCreated(), apiKeyRotated({}, { at: START + 5 })]);
  const broken = logOf([apiKeyCreated(), apiKeyRotated({}, { at: START + 5 }), apiKeyDeleted({ schema_version: 9 })]);
  await database.project(projection, log.slice(0, 1));
  await expect(database.project(projection, broken)).rejects.toMatchObject({ code: 'unknown_event' });
  await database.project(projection, log);
  expect((await keys()).map(({ state }) => state)).toEqual(folded(log));
});
