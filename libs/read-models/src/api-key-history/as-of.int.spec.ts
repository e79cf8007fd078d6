import fc from 'fast-check';
import {
  apiKeyDecider,
  parseApiKeyEvent,
  presentKey,
  statusAt,
  toSeconds,
  type KeyStatus,
  type LineageState,
  type PresentedKey,
} from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';
import { START } from '#libs/testing';
import type { ApiKeyFilter } from '../api-keys/key-filter.js';
import { keyHistories } from '../testing/key-histories.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { ApiKeyHistoryProjection } from './api-key-history.projection.js';
import { getApiKeyAsOf } from './get-api-key-as-of.js';
import type { KeyAsOf } from './key-as-of.js';
import { listApiKeysAsOf } from './list-api-keys-as-of.js';

const ORGANIZATIONS = ['org_a', 'org_b'];
const STATUSES: readonly KeyStatus[] = ['active', 'rotating', 'suspended', 'expired', 'revoked'];
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
afterAll(() => database.drop());

interface FoldedKey extends KeyAsOf {
  readonly orgId: string;
}

/** Every key that the events up to an instant made, deleted ones too, newest first, by the domain's own fold alone. */
function folded(log: readonly StoredEvent[], atMs: number): readonly FoldedKey[] {
  const lineages = new Map<string, LineageState>();
  const made = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const event of log) {
    const orgId = event.metadata.org_id;
    const seq = (counts.get(orgId) ?? 0) + 1;
    counts.set(orgId, seq);
    if (Date.parse(event.metadata.occurred_at) > atMs) continue;
    const before = lineages.get(event.stream) ?? apiKeyDecider.initialState;
    const after = apiKeyDecider.evolve(before, parseApiKeyEvent(event));
    for (const { id } of after.keys.slice(before.keys.length)) made.set(id, seq);
    lineages.set(event.stream, after);
  }
  return [...lineages.values()]
    .flatMap(({ orgId, keys }) =>
      keys.map((key) => ({ orgId: orgId ?? '', key, createdSeq: made.get(key.id) ?? Number.NaN })),
    )
    .sort((a, b) => b.createdSeq - a.createdSeq);
}

function matches({ key }: KeyAsOf, { statuses, type, environment, q }: ApiKeyFilter, atMs: number): boolean {
  const texts = [key.name, key.description ?? ''].map((text) => text.toLowerCase());
  return (
    (statuses === null || statuses.includes(statusAt(key, toSeconds(atMs)))) &&
    (type === null || key.type === type) &&
    (environment === null || key.environment === environment) &&
    (q === null || texts.some((text) => text.includes(q.toLowerCase())) || key.id.startsWith(q))
  );
}

/** The whole list, page after page. */
async function listed(
  orgId: string,
  filter: ApiKeyFilter,
  limit: number,
  atMs: number,
): Promise<readonly PresentedKey[]> {
  const all: PresentedKey[] = [];
  for (let beforeSeq: number | null = null; ;) {
    const page = await listApiKeysAsOf(database.api, orgId, filter, { limit, beforeSeq }, atMs);
    all.push(...page.map(({ key }) => presentKey(key, toSeconds(atMs), null)));
    if (page.length < limit) return all;
    beforeSeq = page.at(-1)?.createdSeq ?? null;
  }
}

/** Mostly right at an event or a millisecond beside it, where an error of one would show. */
const instants = fc.array(
  fc.oneof(
    fc.record({ event: fc.nat({ max: 40 }), beside: fc.constantFrom(-1, 0, 1, 999) }),
    fc.record({ event: fc.constant(0), beside: fc.integer({ min: -10, max: 1_000_000 }) }),
  ),
  { minLength: 1, maxLength: 4 },
);
const filters: fc.Arbitrary<ApiKeyFilter> = fc.record({
  statuses: fc.oneof(fc.constant(null), fc.subarray([...STATUSES], { minLength: 1 })),
  type: fc.constantFrom(null, null, 'service', 'user'),
  environment: fc.constantFrom(null, null, 'live', 'test'),
  q: fc.constantFrom(null, null, 'NAME', 'äö_%', 'ak_B', 'ak_CCCCCCCCCCCCCCCC0001'),
});

it('lists and gets every key exactly as a fold of the events up to then leaves it, at every instant', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      keyHistories,
      fc.array(fc.nat({ max: 40 }), { maxLength: 4 }),
      instants,
      filters,
      fc.integer({ min: 1, max: 4 }),
      async (history, cuts, moments, filter, limit) => {
        const log = logOf(history);
        await database.forget();
        await database.project(
          new ApiKeyHistoryProjection(3),
          log,
          cuts.filter((cut) => cut < log.length),
        );
        const ids = [...new Set(folded(log, Infinity).map(({ key }) => key.id))];
        for (const { event, beside } of moments) {
          const occurredAt = log[event % log.length]?.metadata.occurred_at ?? '';
          const atMs = Date.parse(occurredAt) + beside;
          const then = folded(log, atMs);
          for (const orgId of ORGANIZATIONS) {
            const expected = then
              .filter((each) => each.orgId === orgId && !each.key.deleted && matches(each, filter, atMs))
              .map(({ key }) => presentKey(key, toSeconds(atMs), null));
            expect(await listed(orgId, filter, limit, atMs)).toEqual(expected);
            for (const id of ids) {
              const found = then.find((each) => each.orgId === orgId && each.key.id === id && !each.key.deleted);
              expect((await getApiKeyAsOf(database.api, orgId, id, atMs))?.key ?? null).toEqual(found?.key ?? null);
            }
          }
          for (const { key } of then) seen.add(key.deleted ? 'deleted' : statusAt(key, toSeconds(atMs)));
          if (then.length < ids.length) seen.add('not made yet');
        }
      },
    ),
    { numRuns: 80, seed: 1 },
  );
  // The property says nothing of what no instant met.
  expect([...seen].sort()).toEqual([...STATUSES, 'deleted', 'not made yet'].sort());
});

it('lists nothing of an organization without keys', async () => {
  const nothing: ApiKeyFilter = { statuses: null, type: null, environment: null, q: null };
  expect(await listed('org_none', nothing, 2, START * 1_000)).toEqual([]);
});
