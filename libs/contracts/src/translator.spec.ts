import fc from 'fast-check';
import { InMemoryEventStore, NO_STREAM, BEGINNING, type StoredEvent } from '#libs/event-store';
import { jobAttemptFailed, jobCompleted, jobId, jobLeased, jobProgressed, jobSubmitted } from '#libs/testing';
import { crossesMark } from './crosses-mark.js';
import { goldenHistories } from './testing/golden-histories.js';
import { Translator } from './translator.js';

const NOBODY = { readStream: () => Promise.reject(new Error('nothing has to be read')) };

/** In one log, in the order that `order` draws; each stream in its own order. */
async function stored(order: readonly number[]): Promise<{ store: InMemoryEventStore; log: readonly StoredEvent[] }> {
  const store = new InMemoryEventStore();
  const left = [...goldenHistories()];
  for (const pick of [...order, ...left.map(() => 0)]) {
    const streams = [...new Set(left.map(({ stream }) => stream))];
    const event = left.find(({ stream }) => stream === streams[pick % streams.length]);
    if (event === undefined) break;
    left.splice(left.indexOf(event), 1);
    await store.append(event.stream, event.revision === 0 ? NO_STREAM : event.revision - 1, [event]);
  }
  return { store, log: (await store.readAll({ after: BEGINNING })).events };
}

it('tells the same from what it remembers, from what it reads, and of a single event', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 40 }), fc.nat(19), async (order, begin) => {
      const { store, log } = await stored(order);
      const [warm, cold] = [new Translator(NOBODY), new Translator(store)];
      for (const [index, event] of log.entries()) {
        const told = await warm.translate(event);
        // As after a restart, in the middle of everything.
        if (index >= begin) expect(await cold.translate(event)).toEqual(told);
        expect(await cold.translateAt(event.stream, event.revision)).toEqual(told?.event ?? null);
      }
    }),
  ));

it('tells the same of what comes again', async () => {
  const { store, log } = await stored([]);
  const translator = new Translator(store);
  const first: unknown[] = [];
  for (const event of log) first.push(await translator.translate(event));
  for (const [index, event] of log.entries()) expect(await translator.translate(event)).toEqual(first[index]);
});

it.each([
  [0, 24, false],
  [0, 25, true],
  [25, 49, false],
  [24, 100, true],
  [75, 100, false],
  [80, 10, false],
])('from %i to %i per cent: told %p', (before, now, told) => expect(crossesMark(before, now)).toBe(told));

it.each([
  ['of 20,000 bytes', 19_998, { result: 'x'.repeat(19_998) }],
  ['above that', 19_999, { result_omitted: true }],
])('shows a result %s', async (_, length, shown) => {
  const event = await lastOf([jobSubmitted(), jobLeased(), jobCompleted({ result: 'x'.repeat(length) })]);
  const { result, result_omitted } = event?.event?.data ?? {};
  expect({
    ...(result === undefined ? {} : { result }),
    ...(result_omitted === undefined ? {} : { result_omitted }),
  }).toEqual(shown);
});

it('tells nobody of an attempt that failed, nor of progress short of a mark', async () => {
  expect(await lastOf([jobSubmitted(), jobLeased(), jobAttemptFailed({ next_attempt_at: 1 })])).toBeNull();
  expect(await lastOf([jobSubmitted(), jobLeased(), jobProgressed({ percent: 24 })])).toBeNull();
});

it('passes by nothing that it does not know, also of a stream that it has not met', async () => {
  const event = asStored({ ...jobLeased(), type: 'job.blessed' }, 7);
  await expect(new Translator(NOBODY).translate(event)).rejects.toMatchObject({ code: 'unknown_event' });
});

async function lastOf(events: readonly Parameters<typeof asStored>[0][]) {
  const translator = new Translator(NOBODY);
  let last: Awaited<ReturnType<Translator['translate']>> = null;
  for (const [revision, event] of events.entries()) last = await translator.translate(asStored(event, revision));
  return last;
}

function asStored(event: Pick<StoredEvent, 'type' | 'data' | 'metadata'>, revision: number): StoredEvent {
  const id = `00000000-0000-4000-8000-${String(revision).padStart(12, '0')}`;
  return { ...event, id, stream: `job-${jobId().slice(4)}`, revision, position: BEGINNING, recordedAt: 0 };
}
