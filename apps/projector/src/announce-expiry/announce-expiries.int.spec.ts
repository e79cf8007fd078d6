import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { lineageOf, lineageStream, type ApiKeyEvent, type Recorded } from '#libs/domain';
import { EventStoreUnavailable, NO_STREAM, type EventStore, type StoredEvent } from '#libs/event-store';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { createPool, migrate, roleUrl } from '#libs/postgres';
import { CheckpointWaiter, ProjectionHost } from '#libs/projections';
import { ApiKeysProjection } from '#libs/read-models';
import {
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyRevoked,
  apiKeyRotated,
  apiKeySuspended,
  createTestDatabase,
  eventually,
  keyId,
  START,
  type TestDatabase,
} from '#libs/testing';
import { projectorMigrations } from '../projector-migrations.js';
import { announceExpiries, type AnnounceExpiriesOptions } from './announce-expiries.js';

const DAY = 86_400;

let database: TestDatabase;
let pool: pg.Pool;
let store: PostgresEventStore;
let host: ProjectionHost;
let waiter: CheckpointWaiter;
let stopping: AbortController;
let running: Promise<void>[];
/** Unix seconds. */
let now: number;
let looks: number;

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database.url, [...projectorMigrations, ...eventStoreMigrations]);
  pool = createPool({ ownerUrl: database.url, role: 'projector', max: 8, onIdleError: () => undefined });
  store = await PostgresEventStore.open({ ownerUrl: database.url, logger: SILENT });
  host = new ProjectionHost({ projection: () => new ApiKeysProjection(), eventStore: store, pool, logger: SILENT });
  host.start();
  waiter = new CheckpointWaiter({ url: roleUrl(database.url, 'api'), logger: SILENT });
  [stopping, running, now, looks] = [new AbortController(), [], START, 0];
});
afterEach(async () => {
  stopping.abort();
  await Promise.all([...running, host.stop(), waiter.close()]);
  await pool.end();
  await store.close();
  await database.drop();
});

/** The key of the nth lineage. */
const idOf = (n: number): string => keyId(0, `AbCdEfGh1234${String(n).padStart(4, '0')}`);
const streamOf = (id: string): string => lineageStream(lineageOf(id) ?? '');

/** Stores a key that lives so long, and what happens to it. */
async function key(
  n: number,
  lifetime: number | null,
  then: (id: string) => readonly Recorded<ApiKeyEvent>[] = () => [],
): Promise<string> {
  const id = idOf(n);
  const expires_at = lifetime === null ? null : START + lifetime;
  const made = apiKeyCreated({ key_id: id, lifetime_seconds: lifetime, expires_at });
  const events = [made, ...then(id)].map(({ type, data, metadata }) => ({ id: randomUUID(), type, data, metadata }));
  const result = await store.append(streamOf(id), NO_STREAM, events);
  if (result.outcome !== 'stored') throw new Error('the stream was not new');
  expect(await waiter.waitFor({ name: 'api-keys', version: 1 }, result.position, 170_000)).toBe(true);
  return id;
}

function announce(options: Partial<AnnounceExpiriesOptions> = {}): void {
  const clock = (): number => {
    looks++;
    return now * 1_000;
  };
  const whole = { pool, eventStore: store, logger: SILENT, clock, everyMs: 20, batch: 2, ...options };
  running.push(announceExpiries(whole, stopping.signal));
}

/** Two whole looks at this second: whatever comes of it has come. */
async function looked(): Promise<void> {
  const before = looks;
  const enough = before + 2 * running.length;
  await eventually('two looks', () => (looks < enough ? null : true));
}

async function announcedOf(id: string): Promise<readonly StoredEvent[]> {
  const events = await store.readStream(streamOf(id), { from: 0, limit: 100 });
  return events.filter(({ type }) => type === 'api_key.expiring');
}

const daysOf = async (id: string) => (await announcedOf(id)).map(({ data }) => data['days_left']);

const announced = (id: string, days: readonly number[]) =>
  eventually(`${id} announced ${days.join()}`, async () =>
    JSON.stringify(await daysOf(id)) === JSON.stringify(days) ? true : null,
  );

const tried = (count: number) =>
  eventually(`${count} moments tried`, async () => {
    const { rowCount } = await pool.query('select * from expiry_notices.tried');
    return rowCount === count ? true : null;
  });

it('tells of a key seven days and one day ahead, as soon as the second has come, each once', async () => {
  const id = await key(0, 30 * DAY);
  const [expires_at, name] = [START + 30 * DAY, 'GRC pipeline'];
  now = expires_at - 7 * DAY - 1;
  announce();
  await looked();
  expect(await daysOf(id)).toEqual([]);
  now++;
  await announced(id, [7]);
  now = expires_at - DAY - 1;
  await looked();
  expect(await daysOf(id)).toEqual([7]);
  now++;
  await announced(id, [7, 1]);
  await looked();
  const events = await announcedOf(id);
  expect(events.map(({ data }) => data)).toEqual([
    { key_id: id, name, expires_at, days_left: 7 },
    { key_id: id, name, expires_at, days_left: 1 },
  ]);
  expect(events[0]?.metadata).toMatchObject({
    ...{ org_id: 'org_a', actor: { type: 'system', id: 'expiry-announcer', name: 'Expiry announcer' } },
    ...{ reason: null, ip: null, user_agent: null, schema_version: 1 },
    occurred_at: new Date((expires_at - 7 * DAY) * 1_000).toISOString(),
  });
});

it('tells nothing of what had no such moment, or no longer ends by its lifetime', async () => {
  const at = { at: START + 10 };
  const ended = [
    await key(0, null),
    await key(1, DAY),
    await key(2, 30 * DAY, (id) => [apiKeyRevoked(at, id)]),
    await key(3, 30 * DAY, (id) => [apiKeyDeleted(at, id)]),
    await key(4, 30 * DAY, (id) => [
      apiKeyRotated({ from: id, to: `${id.slice(0, -1)}9`, graceExpiresAt: START + 29 * DAY + 1 }, at),
    ]),
  ];
  const short = await key(5, 3 * DAY);
  const suspended = await key(6, 30 * DAY, (id) => [apiKeySuspended(at, id)]);
  announce();
  for (const second of [START, START + DAY - 1, START + 2 * DAY, START + 23 * DAY, START + 29 * DAY]) {
    now = second;
    await looked();
  }
  for (const id of ended) expect([id, await daysOf(id)]).toEqual([id, []]);
  expect(await daysOf(short)).toEqual([1]);
  expect(await daysOf(suspended)).toEqual([7, 1]);
});

it('stores a moment once, however many processes tell of it, in as many pages as it takes', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) ids.push(await key(n, 30 * DAY));
  const other = await PostgresEventStore.open({ ownerUrl: database.url, logger: SILENT });
  now = START + 29 * DAY;
  announce();
  announce({ eventStore: other });
  announce({ eventStore: other, batch: 3 });
  for (const id of ids) await announced(id, [7, 1]);
  await looked();
  for (const id of ids) expect(await daysOf(id)).toEqual([7, 1]);
  stopping.abort();
  await Promise.all(running);
  await other.close();
});

it('tries no moment twice, and finds what the log has when nobody remembers that it was tried', async () => {
  const id = await key(0, 3 * DAY);
  now = START + 2 * DAY;
  let reads = 0;
  const counted: EventStore = new Proxy(store, {
    get: (target, name) => {
      if (name === 'readStream') reads++;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  announce({ eventStore: counted });
  await tried(2);
  const before = reads;
  await looked();
  expect(reads).toBe(before);
  await pool.query('delete from expiry_notices.tried');
  await tried(2);
  expect(await daysOf(id)).toEqual([1]);
});

it('tells of a key later where the clock was set back between the look and the command', async () => {
  const id = await key(0, 30 * DAY);
  now = START + 23 * DAY;
  let isSetBack = true;
  // Asked by the look, then by the command.
  announce({ clock: () => (++looks % 2 === 0 && isSetBack ? now - 60 : now) * 1_000 });
  await looked();
  expect(await daysOf(id)).toEqual([]);
  isSetBack = false;
  await announced(id, [7]);
});

it('forgets the moments of keys that have long expired', async () => {
  await key(0, 3 * DAY);
  now = START + 2 * DAY;
  announce();
  await tried(2);
  now = START + 4 * DAY;
  await looked();
  expect((await pool.query('select * from expiry_notices.tried')).rowCount).toBe(2);
  now++;
  await tried(0);
});

it('outlives an outage of the store with a log line', async () => {
  const id = await key(0, 30 * DAY);
  now = START + 23 * DAY;
  const warnings: string[] = [];
  let down = true;
  const failing: EventStore = new Proxy(store, {
    get: (target, name) => {
      if (name === 'readStream' && down) return () => Promise.reject(new EventStoreUnavailable('down'));
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  announce({ eventStore: failing, logger: { ...SILENT, warn: (_, message) => void warnings.push(message) } });
  await eventually('two warnings', () => (warnings.length < 2 ? null : true));
  expect(await daysOf(id)).toEqual([]);
  down = false;
  await announced(id, [7]);
  expect(warnings[0]).toBe('expiring keys not announced');
});

it('tells of the others where one stream cannot be folded', async () => {
  const broken = await key(0, 30 * DAY);
  const id = await key(1, 30 * DAY);
  const { data, metadata } = apiKeyCreated({ key_id: broken });
  const second = { id: randomUUID(), type: 'api_key.created', data, metadata };
  expect(await store.append(streamOf(broken), 0, [second])).toMatchObject({ outcome: 'stored' });
  now = START + 23 * DAY;
  const errors: string[] = [];
  announce({ logger: { ...SILENT, error: (_, message) => void errors.push(message) } });
  await announced(id, [7]);
  await eventually('two errors', () => (errors.length < 2 ? null : true));
  expect(await daysOf(broken)).toEqual([]);
});
