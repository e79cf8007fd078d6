import { BEGINNING, LogIntegrityError, toPosition } from '#libs/event-store';
import { appended, someEvent, someEvents, someStream } from '#libs/event-store/contract';
import { SILENT } from '#libs/observability';
import { PostgresEventStore } from './postgres-event-store.js';
import { openTestStore, type TestStore } from './testing/open-test-store.js';

let test: TestStore;
let streams: string[];

beforeEach(async () => {
  test = await openTestStore();
  streams = [someStream(), someStream('other-')];
  for (const stream of streams) await appended(test.store, stream, someEvents(5));
});
afterEach(async () => test.dispose());

const gapAt = (expected: bigint, found: bigint): object => ({ code: 'log_integrity_error', expected, found });

it('finds nothing in a log that is whole, from any position on', async () => {
  expect(await test.store.verifyLog()).toEqual({ events: 10, position: 10n });
  expect(await test.store.verifyLog(toPosition(7n))).toEqual({ events: 3, position: 10n });
});

it('stops every reader at a missing position, also where the filter would have left it out', async () => {
  await test.owner.query('delete from event_store.events where position = 8');
  await expect(test.store.readAll({ after: BEGINNING })).rejects.toMatchObject(gapAt(8n, 9n));
  await expect(test.store.readAll({ after: toPosition(7n) })).rejects.toMatchObject(gapAt(8n, 9n));
  await expect(test.store.readAll({ after: BEGINNING, prefixes: ['apiKey-'] })).rejects.toMatchObject(gapAt(8n, 9n));
  await expect(test.store.verifyLog()).rejects.toMatchObject(gapAt(8n, 9n));
  expect((await test.store.readAll({ after: BEGINNING, limit: 7 })).events).toHaveLength(7);
  expect((await test.store.readAll({ after: toPosition(8n) })).events).toHaveLength(2);
});

it('throws it out of a subscription after what stands before the gap', async () => {
  await test.owner.query('delete from event_store.events where position = 8');
  const seen: bigint[] = [];
  const subscription = test.store.subscribe({ after: BEGINNING, limit: 7, signal: new AbortController().signal });
  const following = (async () => {
    for await (const { events } of subscription) seen.push(...events.map(({ position }) => position));
  })();
  await expect(following).rejects.toThrow(LogIntegrityError);
  expect(seen).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n]);
});

it('does not take a log whose end is gone for one that has ended there', async () => {
  await test.owner.query('delete from event_store.events where position > 8');
  await expect(test.store.readAll({ after: toPosition(8n) })).rejects.toMatchObject(gapAt(9n, 10n));
  await expect(test.store.verifyLog()).rejects.toMatchObject(gapAt(10n, 8n));
  await expect(PostgresEventStore.open({ ownerUrl: test.url, logger: SILENT })).rejects.toMatchObject(gapAt(10n, 8n));
});

it('stops a subscriber who has seen more than the log now has, and refuses to read on from there', async () => {
  const abort = new AbortController();
  const following = (async () => {
    for await (const page of test.store.subscribe({ after: BEGINNING, signal: abort.signal })) {
      if (page.events.length === 0) continue;
      await test.owner.query('delete from event_store.events where position > 8');
      await test.owner.query('update event_store.head set position = 8');
    }
  })();
  await expect(following).rejects.toThrow(LogIntegrityError);
  await expect(test.store.readAll({ after: toPosition(10n) })).rejects.toThrow(LogIntegrityError);
  await expect(appended(test.store, someStream(), [someEvent()])).resolves.toBe(9n);
});

it('finds a stream that lacks a revision, or whose revisions stand in the wrong order', async () => {
  const [stream = ''] = streams;
  await test.owner.query('update event_store.events set revision = 9 where stream = $1 and revision = 4', [stream]);
  await expect(test.store.verifyLog()).rejects.toMatchObject({ ...gapAt(8n, 9n), stream });
  await test.owner.query('update event_store.events set revision = 10 where stream = $1 and revision = 2', [stream]);
  await test.owner.query('update event_store.events set revision = 2 where stream = $1 and revision = 9', [stream]);
  await expect(test.store.verifyLog()).rejects.toMatchObject({ ...gapAt(9n, 10n), stream });
});
