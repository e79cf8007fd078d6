import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { NO_STREAM, type AppendResult, type EventStore, type EventToStore } from '../event-store.js';
import type { UnderTest } from './event-store-under-test.js';
import { readToEnd } from './read-to-end.js';
import { someEvent, someStream } from './some-event.js';

/** One append of a generated history: where it goes, what its client believes, and whether it is asked for again. */
interface Step {
  readonly client: number;
  readonly stream: number;
  /** How far the belief is from the truth as far as this client knows it; mostly not at all. */
  readonly off: number;
  readonly count: number;
  readonly retries: number;
  /** Whether the next step waits for this one. */
  readonly awaited: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  client: fc.nat({ max: 2 }),
  stream: fc.nat({ max: 3 }),
  off: fc.constantFrom(0, 0, 0, 0, 1, -1),
  count: fc.integer({ min: 1, max: 4 }),
  retries: fc.constantFrom(0, 0, 0, 1, 2),
  awaited: fc.boolean(),
});

interface Asked {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly EventToStore[];
  readonly results: readonly AppendResult[];
}

/** Whatever the interleaving, the log is one of the histories that the answers allow, and no other. */
export function describeInterleavings(underTest: UnderTest): void {
  it('gives dense, ordered streams that equal the answers, for any interleaving of clients, conflicts and retries', async () => {
    const { store, another } = underTest();
    const clients = [store, await another(), await another()];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const before = await store.head();
        const asked = await play(clients, steps);
        const log = await readToEnd(store, { after: before, limit: 7 });
        const model = modelOf(asked);
        for (const [stream, ids] of model) {
          const inStream = await store.readStream(stream);
          expect(inStream.map(({ id }) => id)).toEqual(ids);
          expect(inStream.map(({ revision }) => revision)).toEqual(ids.map((_, revision) => revision));
          expect(log.filter((event) => event.stream === stream)).toEqual(inStream);
        }
        expect(log).toHaveLength([...model.values()].flat().length);
        expect(log.every(({ position }, index) => position > (log[index - 1]?.position ?? before))).toBe(true);
        for (const { results } of asked)
          expect(new Set(results.map(keyOf)).size).toBe(results[0] === undefined ? 0 : 1);
      }),
      { numRuns: 60 },
    );
  });
}

async function play(clients: readonly EventStore[], steps: readonly Step[]): Promise<Asked[]> {
  const streams = [0, 1, 2, 3].map(() => someStream());
  const known = new Map<string, number>();
  const running: Promise<Asked>[] = [];
  for (const { client, stream: number, off, count, retries, awaited } of steps) {
    const [store, stream] = [clients[client], streams[number]];
    if (store === undefined || stream === undefined) throw new Error('the step names what is not there');
    const expected = Math.max((known.get(stream) ?? NO_STREAM) + off, NO_STREAM);
    const events = Array.from({ length: count }, () => someEvent({}, randomUUID()));
    const asking = ask(store, stream, expected, events, retries).then((asked) => {
      const [result] = asked.results;
      if (result?.outcome === 'stored') known.set(stream, Math.max(known.get(stream) ?? NO_STREAM, result.revision));
      return asked;
    });
    running.push(asking);
    if (awaited) await asking;
  }
  return Promise.all(running);
}

async function ask(
  store: EventStore,
  stream: string,
  expected: number,
  events: readonly EventToStore[],
  retries: number,
): Promise<Asked> {
  const first = await store.append(stream, expected, events);
  // Only what was stored is asked for again: a refused append may well be right a moment later.
  const again = first.outcome === 'stored' ? retries : 0;
  const others = await Promise.all(Array.from({ length: again }, () => store.append(stream, expected, events)));
  return { stream, expected, events, results: [first, ...others] };
}

/** Each stream as the answers describe it: every stored append at its revision. @throws where two answers contradict */
function modelOf(asked: readonly Asked[]): Map<string, string[]> {
  const model = new Map<string, string[]>();
  const stored = asked.filter(({ results }) => results[0]?.outcome === 'stored');
  for (const { stream, expected, events } of stored.sort((a, b) => a.expected - b.expected)) {
    const ids = model.get(stream) ?? [];
    if (ids.length !== expected + 1) throw new Error(`two appends to ${stream} won revision ${expected + 1}`);
    model.set(stream, [...ids, ...events.map(({ id }) => id)]);
  }
  return model;
}

function keyOf(result: AppendResult): string {
  return result.outcome === 'stored' ? `${result.revision} at ${result.position}` : 'refused';
}
