import { randomUUID } from 'node:crypto';
import { EventStoreUnavailable, LogIntegrityError, type StoredEvent } from '#libs/event-store';
import { SILENT } from '#libs/observability';
import { eventually } from '#libs/testing';
import { testHasher } from '../testing/hasher.js';
import { KeyLineage } from '../testing/key-lineage.js';
import { settle, SteppedEventStore } from '../testing/stepped-event-store.js';
import { KeyDirectory, type KeyDirectoryOptions } from './key-directory.js';

const NOW = 1_750_000_000_000;

async function directoryOver(store: SteppedEventStore, options: Partial<KeyDirectoryOptions> = {}) {
  const errors: object[] = [];
  const logger = { ...SILENT, error: (fields: object) => void errors.push(fields) };
  const directory = new KeyDirectory({ store, logger, monotonic: () => store.monotonic, capacity: 1_000, ...options });
  directory.start();
  store.deliver(1);
  await settle();
  return { directory, errors };
}

function scenario() {
  const store = new SteppedEventStore();
  store.holdsReads = false;
  return { store, lineage: (orgId = 'org_a') => new KeyLineage(store, testHasher(), () => NOW, { orgId }) };
}

const unavailable = (reason: string): unknown => expect.objectContaining({ code: 'event_store_unavailable', reason });

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

it('reads a lineage once and then answers at once', async () => {
  const { store, lineage } = scenario();
  const key = lineage();
  await key.create();
  const { directory } = await directoryOver(store);
  expect(directory.lookup(key.name)).toBeUndefined();
  const entry = await directory.resolve(key.name);
  expect(entry).toMatchObject({ orgId: 'org_a', revision: 0, keys: [{ id: key.firstKeyId }] });
  const readsBefore = store.readsBegun;
  expect(directory.lookup(key.name)).toBe(entry);
  expect(await directory.resolve(key.name)).toBe(entry);
  expect(store.readsBegun).toBe(readsBefore);
  expect(directory.metrics()).toMatchObject({ keys: 1, lineages: 1, hits: 1, misses: 1, state: 'following' });
  await directory.stop();
});

it('folds a stream of more than one page whole', async () => {
  const { store, lineage } = scenario();
  const key = lineage();
  await key.create();
  const [pause] = [...(await key.act('suspend')), ...(await key.act('reactivate'))];
  const [resume] = await store.readStream(key.stream, { from: 2 });
  const turns = Array.from({ length: 1_098 }, (_, turn) => (turn % 2 === 0 ? pause : resume));
  await store.append(
    key.stream,
    2,
    turns.flatMap((event) => (event === undefined ? [] : [{ ...event, id: randomUUID() }])),
  );
  const [revocation] = await key.act('revoke');
  expect(revocation?.revision).toBe(1_101);
  const { directory } = await directoryOver(store);
  const entry = await directory.resolve(key.name);
  expect(entry?.revision).toBe(1_101);
  expect(entry?.keys[0]?.revoked).toEqual({ at: NOW / 1_000, reason: null });
  await directory.stop();
});

it('drops an entry that missed an event, rather than fold what comes after it', async () => {
  const { store, lineage } = scenario();
  const key = lineage();
  await key.create();
  const { directory } = await directoryOver(store);
  await directory.resolve(key.name);
  await key.act('suspend');
  directory.apply(await key.act('rename'));
  expect(directory.lookup(key.name)).toBeUndefined();
  expect((await directory.resolve(key.name))?.keys[0]?.suspended).not.toBeNull();
  await directory.stop();
});

it('holds no more keys than it may, and forgets those unused for longest', async () => {
  const { store, lineage } = scenario();
  const [first, second, third] = [lineage(), lineage(), lineage()];
  const { directory } = await directoryOver(store, { capacity: 2 });
  for (const key of [first, second, third]) {
    await key.create();
    await directory.resolve(key.name);
    directory.lookup(first.name);
  }
  expect(directory.metrics()).toMatchObject({ keys: 2, lineages: 2 });
  expect([first, second, third].map(({ name }) => directory.lookup(name) !== undefined)).toEqual([true, false, true]);
  directory.apply(await first.act('rotate'));
  expect(directory.metrics().keys).toBeLessThanOrEqual(2);
  await directory.stop();
});

it('remembers an unknown lineage, for a while and until its first event', async () => {
  const { store, lineage } = scenario();
  const key = lineage();
  const { directory } = await directoryOver(store, { staleAfterMs: Infinity });
  expect(await directory.resolve(key.name)).toBeNull();
  expect(directory.lookup(key.name)).toBeNull();
  expect(await directory.resolve(key.name)).toBeNull();
  expect(store.readsBegun).toBe(1);
  store.monotonic += 61_000;
  expect(directory.lookup(key.name)).toBeUndefined();
  expect(await directory.resolve(key.name)).toBeNull();
  directory.apply(await key.create());
  expect(directory.lookup(key.name)).toBeUndefined();
  expect(await directory.resolve(key.name)).not.toBeNull();
  await directory.stop();
});

it('reads a lineage once for all who ask at the same time, few at once, and lets few wait', async () => {
  const { store, lineage } = scenario();
  const keys = [lineage(), lineage(), lineage(), lineage()];
  for (const key of keys) await key.create();
  const { directory } = await directoryOver(store, { concurrency: 2, queue: 1 });
  store.holdsReads = true;
  store.readsBegun = 0;
  const asked = [0, 0, 1, 2].map((index) => directory.resolve(keys[index]?.name ?? ''));
  await settle();
  expect(store.readsBegun).toBe(2);
  await expect(directory.resolve(keys[3]?.name ?? '')).rejects.toEqual(unavailable('overloaded'));
  store.holdsReads = false;
  for (let read = 0; read < 2; read++) store.finishRead(0);
  const entries = await Promise.all(asked);
  expect(entries.map((entry) => entry?.lineage)).toEqual([0, 0, 1, 2].map((index) => keys[index]?.name));
  expect(store.readsBegun).toBe(3);
  expect(await directory.resolve(keys[3]?.name ?? '')).not.toBeNull();
  await directory.stop();
});

it('gives up on a lineage that changes each time it is read', async () => {
  const { store, lineage } = scenario();
  const key = lineage();
  await key.create();
  const { directory } = await directoryOver(store);
  store.holdsReads = true;
  const asked = directory.resolve(key.name);
  asked.catch(() => undefined);
  for (let attempt = 0; attempt < 5; attempt++) {
    await settle();
    store.holdsReads = false;
    directory.apply(await key.act('rename'));
    store.holdsReads = true;
    store.finishRead(0);
  }
  await expect(asked).rejects.toEqual(unavailable('contended'));
  await directory.stop();
});

it('says what the store says when it is out of reach, and not that the key is unknown', async () => {
  const { store, lineage } = scenario();
  const key = lineage();
  await key.create();
  const { directory } = await directoryOver(store);
  store.failure = new EventStoreUnavailable('down');
  await expect(directory.resolve(key.name)).rejects.toBe(store.failure);
  expect(directory.lookup(key.name)).toBeUndefined();
  store.failure = null;
  expect(await directory.resolve(key.name)).not.toBeNull();
  await directory.stop();
});

it('answers nothing before its first whole view', async () => {
  const store = new SteppedEventStore();
  const directory = new KeyDirectory({ store, logger: SILENT, monotonic: () => store.monotonic, capacity: 1_000 });
  expect(caught(() => directory.lookup('x'))).toEqual(unavailable('starting'));
  directory.start();
  await settle();
  await expect(directory.resolve('x')).rejects.toEqual(unavailable('starting'));
  await directory.stop();
});

it('answers nothing, hits included, once its view is too old, whatever else succeeds; and recovers by itself', async () => {
  const { store, lineage } = scenario();
  const key = lineage();
  await key.create();
  const { directory } = await directoryOver(store, { staleAfterMs: 5_000 });
  await directory.resolve(key.name);
  store.monotonic = 5_000;
  expect(directory.lookup(key.name)).toBeDefined();
  store.monotonic = 5_001;
  directory.apply(await key.act('rename'));
  expect(caught(() => directory.lookup(key.name))).toEqual(unavailable('stale'));
  await expect(directory.resolve(key.name)).rejects.toEqual(unavailable('stale'));
  expect(directory.metrics().stalenessMs).toBe(5_001);
  await lineage().create();
  // Two events wait: a page with the first alone is no whole view, however new it is.
  store.deliver(1);
  await settle();
  expect(caught(() => directory.lookup(key.name))).toEqual(unavailable('stale'));
  store.deliver(1);
  await settle();
  expect(directory.lookup(key.name)).toMatchObject({ revision: 1 });
  await directory.stop();
});

it('measures its age by when the store was asked, not by when the answer came', async () => {
  const { store, lineage } = scenario();
  const { directory } = await directoryOver(store, { staleAfterMs: 5_000 });
  store.monotonic = 3_000;
  store.deliver(1);
  await settle();
  store.monotonic = 8_001;
  expect(caught(() => directory.lookup(lineage().name))).toEqual(unavailable('stale'));
  await directory.stop();
});

it('knows nothing by a subscription that cannot say how old its view is, and forgets nothing by a new one', async () => {
  const { store, lineage } = scenario();
  store.monotonic = -Infinity;
  const { directory } = await directoryOver(store, { staleAfterMs: 5_000, monotonic: () => 6_000 });
  const { name } = lineage();
  expect(caught(() => directory.lookup(name))).toEqual(unavailable('starting'));
  store.monotonic = 2_000;
  store.deliver(1);
  await settle();
  expect(directory.lookup(name)).toBeUndefined();
  store.monotonic = -Infinity;
  store.deliver(1);
  await settle();
  expect(directory.metrics()).toMatchObject({ state: 'following', stalenessMs: 4_000 });
  await directory.stop();
});

const bad = (event: StoredEvent | undefined, change: Partial<StoredEvent>) => ({
  ...event,
  id: randomUUID(),
  ...change,
});

it.each([
  ['an event of a type that it does not know', { type: 'api_key.teleported' }],
  ['an event that does not hold what its type promises', { data: {} }],
])('stops for good at %s, loudly', async (_, change) => {
  const { store, lineage } = scenario();
  const [key, held] = [lineage(), lineage()];
  await held.create();
  const { directory, errors } = await directoryOver(store);
  await directory.resolve(held.name);
  const [created] = await key.create();
  const { type, data, metadata, id } = { type: '', data: {}, metadata: created?.metadata, ...bad(created, change) };
  if (metadata !== undefined) await store.append(key.stream, 0, [{ id, type, data, metadata }]);
  store.deliver(10);
  await settle();
  expect(caught(() => directory.lookup(held.name))).toEqual(unavailable('stopped'));
  store.deliver(10);
  await settle();
  expect(caught(() => directory.lookup(held.name))).toEqual(unavailable('stopped'));
  expect(errors).toHaveLength(1);
  await directory.stop();
});

it('stops for good when the log has a gap', async () => {
  const { store, lineage } = scenario();
  const { directory, errors } = await directoryOver(store);
  store.readAll = async () => Promise.reject(new LogIntegrityError(2n, 3n));
  store.deliver(1);
  await settle();
  expect(caught(() => directory.lookup(lineage().name))).toEqual(unavailable('stopped'));
  expect(errors).toMatchObject([{ code: 'log_integrity_error' }]);
});

it('refuses one lineage that it cannot read, and goes on with the others', async () => {
  const { store, lineage } = scenario();
  const [broken, whole] = [lineage(), lineage()];
  const [created] = await broken.create();
  await whole.create();
  if (created !== undefined)
    await store.append(broken.stream, 0, [{ ...created, id: randomUUID(), type: 'api_key.odd' }]);
  const { directory, errors } = await directoryOver(store);
  await expect(directory.resolve(broken.name)).rejects.toEqual(unavailable('unreadable'));
  expect(await directory.resolve(whole.name)).not.toBeNull();
  expect(errors).toMatchObject([{ stream: broken.stream }]);
  await directory.stop();
});

it('waits for a store that is not there when it starts', async () => {
  const { store, lineage } = scenario();
  const head = store.head.bind(store);
  store.head = async () => Promise.reject(new EventStoreUnavailable('not yet'));
  const { directory, errors } = await directoryOver(store);
  expect(caught(() => directory.lookup(lineage().name))).toEqual(unavailable('starting'));
  store.head = head;
  await eventually('a whole view', () => directory.metrics().state === 'following' || null);
  expect(directory.lookup(lineage().name)).toBeUndefined();
  expect(errors).toEqual([]);
  await directory.stop();
});
