import fc from 'fast-check';
import {
  apiKeyDecider,
  statusAt,
  type KeyStatus,
  type LineageState,
  type Recorded,
  type ApiKeyEvent,
} from '#libs/domain';
import { START } from '#libs/testing';
import { keyHistories } from '../testing/key-histories.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { ApiKeysProjection } from './api-keys.projection.js';
import { listApiKeys } from './list-api-keys.js';

const STATUSES: readonly KeyStatus[] = ['active', 'rotating', 'suspended', 'expired', 'revoked'];
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
afterAll(() => database.drop());

/** The keys of org_b that are not deleted, by the domain alone: `status id`. */
function expected(history: readonly Recorded<ApiKeyEvent>[], now: number): readonly string[] {
  const lineages = new Map<string, LineageState>();
  for (const event of history.filter(({ metadata }) => metadata.org_id === 'org_b')) {
    const lineage = event.data.key_id.slice(0, 19);
    lineages.set(lineage, apiKeyDecider.evolve(lineages.get(lineage) ?? apiKeyDecider.initialState, event));
  }
  return [...lineages.values()]
    .flatMap(({ keys }) => keys)
    .filter(({ deleted }) => !deleted)
    .map((key) => `${statusAt(key, now)} ${key.id}`)
    .sort();
}

it('finds by status exactly the keys that the domain gives that status, at every second of every history', async () => {
  const filter = { type: null, environment: null, q: null };
  const page = { limit: 200, beforeSeq: null };
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(keyHistories, fc.nat({ max: 400 }), async (history, later) => {
      const now = START + later;
      await database.forget();
      await database.project(new ApiKeysProjection(), logOf(history));
      const found: string[] = [];
      for (const status of STATUSES) {
        const keys = await listApiKeys(database.api, 'org_b', { ...filter, statuses: [status] }, page, now);
        for (const { key } of keys) found.push(`${status} ${key.id}`);
        if (keys.length > 0) seen.add(status);
      }
      expect(found.sort()).toEqual(expected(history, now));
    }),
    { numRuns: 60, seed: 1 },
  );
  // The property says nothing of a status that no history had.
  expect([...seen].sort()).toEqual([...STATUSES].sort());
});
