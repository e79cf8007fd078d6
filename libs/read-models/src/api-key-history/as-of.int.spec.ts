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
import {
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyReactivated,
  apiKeyRevoked,
  apiKeyRotated,
  apiKeySuspended,
  keyId,
  START,
} from '#libs/testing';
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

/** Every instant at which something changes: those of the events, and the ends that the clock brings. */
function tellingInstants(log: readonly StoredEvent[]): readonly number[] {
  const ends = folded(log, Infinity).flatMap(({ key }) => [key.expiresAt, key.graceExpiresAt]);
  return [
    ...log.map(({ metadata }) => Date.parse(metadata.occurred_at)),
    ...ends.filter((end) => end !== null).map((end) => end * 1_000),
  ];
}

/** Mostly right at a telling instant or a millisecond beside it, where an error of one would show. */
const moments = fc.array(
  fc.record({
    telling: fc.nat({ max: 10_000 }),
    beside: fc.oneof(fc.constantFrom(0, 0, 0, -1, -1, 1, 999), fc.integer({ min: -10, max: 400_000 })),
    statuses: fc.subarray([...STATUSES], { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 6, maxLength: 6 },
);
const ALL: ApiKeyFilter = { statuses: null, type: null, environment: null, q: null };
/** By one thing at a time, for those that ask for several find next to nothing. */
const filters: fc.Arbitrary<ApiKeyFilter> = fc.oneof(
  fc.constantFrom('service' as const, 'user' as const).map((type) => ({ ...ALL, type })),
  fc.constantFrom('live' as const, 'test' as const).map((environment) => ({ ...ALL, environment })),
  fc.constantFrom('NAME', 'fIRst', 'äö_%', 'ak_B', 'ak_CCCCCCCCCCCCCCCC0001').map((q) => ({ ...ALL, q })),
);

/** An instant, and what else than the whole list is asked for there. */
interface Moment {
  readonly atMs: number;
  readonly filters: readonly ApiKeyFilter[];
}

/** Holds every list and key against a fold of the events up to then; returns what the instants met. */
async function compared(
  log: readonly StoredEvent[],
  instants: readonly Moment[],
  limit: number,
): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const ids = [...new Set(folded(log, Infinity).map(({ key }) => key.id))];
  for (const { atMs, filters } of instants) {
    const then = folded(log, atMs);
    for (const orgId of ORGANIZATIONS) {
      const there = then.filter((each) => each.orgId === orgId && !each.key.deleted);
      for (const each of [ALL, ...filters]) {
        const expected = there.filter((key) => matches(key, each, atMs));
        expect(await listed(orgId, each, limit, atMs)).toEqual(
          expected.map(({ key }) => presentKey(key, toSeconds(atMs), null)),
        );
        if (expected.length > limit) seen.add(each === ALL ? 'several pages' : 'several pages by a filter');
      }
      for (const id of ids) {
        const found = there.find(({ key }) => key.id === id);
        expect((await getApiKeyAsOf(database.api, orgId, id, atMs))?.key ?? null).toEqual(found?.key ?? null);
      }
    }
    for (const { key } of then) seen.add(key.deleted ? 'deleted' : statusAt(key, toSeconds(atMs)));
    if (then.length < ids.length) seen.add('not made yet');
  }
  return seen;
}

it('lists and gets every key exactly as a fold of the events up to then leaves it, at every instant', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.noBias(keyHistories),
      fc.array(fc.nat({ max: 40 }), { maxLength: 4 }),
      // Small numbers and short lists, which fast-check prefers, are where a history has the least to tell.
      fc.noBias(moments),
      fc.noBias(filters),
      fc.integer({ min: 1, max: 5 }),
      async (history, cuts, instants, filter, limit) => {
        const log = logOf(history);
        await database.forget();
        await database.project(
          new ApiKeyHistoryProjection(3),
          log,
          cuts.filter((cut) => cut < log.length),
        );
        const telling = tellingInstants(log);
        const asked = instants.map(({ telling: which, beside, statuses }) => ({
          atMs: (telling[which % telling.length] ?? 0) + beside,
          filters: [{ ...ALL, statuses }, filter],
        }));
        await compared(log, asked, limit);
      },
    ),
    { numRuns: 30 },
  );
});

it('does so through everything that can become of a key, right at each change and a millisecond beside it', async () => {
  const [expiring, revoked, elsewhere] = ['BBBBBBBBBBBBBBBB', 'CCCCCCCCCCCCCCCC', 'DDDDDDDDDDDDDDDD'];
  const log = logOf([
    apiKeyCreated(),
    apiKeyCreated(
      { key_id: keyId(0, expiring), key_type: 'user', lifetime_seconds: 45, expires_at: START + 50 },
      { at: START + 5 },
    ),
    apiKeyRotated({ graceExpiresAt: START + 60 }, { at: START + 10 }),
    apiKeyCreated({ key_id: keyId(0, revoked) }, { at: START + 20.5 }),
    apiKeyRevoked({ at: START + 30 }, keyId(0, revoked)),
    apiKeyCreated({ key_id: keyId(0, elsewhere) }, { at: START + 40, org_id: 'org_b' }),
    apiKeySuspended({ at: START + 100 }, keyId(1)),
    apiKeyReactivated({ at: START + 110 }, keyId(1)),
    apiKeyDeleted({ at: START + 120 }, keyId(1)),
  ]);
  await database.forget();
  await database.project(new ApiKeyHistoryProjection(), log);
  const every = [...STATUSES.map((status) => ({ ...ALL, statuses: [status] })), { ...ALL, type: 'service' as const }];
  const instants = tellingInstants(log).flatMap((at) => [at - 1, at, at + 1].map((atMs) => ({ atMs, filters: every })));
  const seen = await compared(log, instants, 1);
  expect([...seen].sort()).toEqual(
    [...STATUSES, 'deleted', 'not made yet', 'several pages', 'several pages by a filter'].sort(),
  );
});

it('lists nothing of an organization without keys', async () => {
  expect(await listed('org_none', ALL, 2, START * 1_000)).toEqual([]);
});
