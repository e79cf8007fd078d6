import fc from 'fast-check';
import type { LogMessage } from '#libs/contracts';
import { BEGINNING, toPosition, type Position } from '#libs/event-store';
import { aborted } from '#libs/lifecycle';
import type { MessageBatch, MessageBus } from '#libs/messaging';
import { SILENT } from '#libs/observability';
import { PublishedLog } from '../testing/published-log.js';
import type { FanOutPage } from './fan-out-page.js';
import { fanOutPages } from './fan-out-pages.js';

const NEVER_SILENT = 600_000;

/** Brings these batches, says nothing more, and knows what was acknowledged. */
class ScriptedBus implements Pick<MessageBus, 'subscribe'> {
  readonly acknowledged: number[] = [];
  ended = false;

  constructor(private readonly batches: readonly (readonly LogMessage[])[]) {}

  async *subscribe({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<MessageBatch> {
    try {
      for (const [index, messages] of this.batches.entries())
        yield { messages, ack: () => void this.acknowledged.push(index) };
      await aborted(signal);
    } finally {
      this.ended = true;
    }
  }
}

interface Told {
  readonly pages: readonly FanOutPage[];
  readonly positions: readonly string[];
}

/** What comes behind a place until the end of the log, each page acknowledged. */
async function pagesOf(
  log: PublishedLog,
  bus: ScriptedBus,
  { after = BEGINNING, silenceMs = NEVER_SILENT, until }: { after?: Position; silenceMs?: number; until: Position },
): Promise<Told> {
  const stopping = new AbortController();
  const pages: FanOutPage[] = [];
  let reached: bigint = after;
  for await (const page of fanOutPages({ eventStore: log, bus, logger: SILENT, silenceMs }, after, stopping.signal)) {
    expect(page.position >= reached).toBe(true);
    reached = page.position;
    page.ack();
    pages.push(page);
    if (page.position >= until) break;
  }
  stopping.abort();
  return { pages, positions: pages.flatMap(({ messages }) => messages.map(({ position }) => position)) };
}

const positionsOf = (messages: readonly LogMessage[]) => messages.map(({ position }) => position);
const lastOf = (messages: readonly LogMessage[]) => toPosition(messages.at(-1)?.position ?? '0');

/** A log that comes into being once it is being followed, so that nothing is read from it at the start. */
async function follow(
  batchesOf: (messages: readonly LogMessage[]) => readonly (readonly LogMessage[])[],
  kinds: readonly ('told' | 'untold')[] = ['told', 'untold', 'told', 'told', 'untold', 'told'],
) {
  const log = new PublishedLog();
  await log.happen(...kinds);
  const messages = await log.messages();
  const bus = new ScriptedBus(batchesOf(messages));
  log.seemsToEndAt(BEGINNING);
  const told = await pagesOf(log, bus, { until: lastOf(messages) });
  return { log, bus, messages, ...told };
}

it('takes what the bus brings in turn, and leaves the log alone', async () => {
  const { log, bus, messages, positions, pages } = await follow(([a, b, c, d]) => [[a, b], [c], [d]].map(present));
  expect(positions).toEqual(positionsOf(messages));
  expect(log.reads).toBe(0);
  expect(bus.acknowledged).toEqual([0, 1, 2]);
  expect(pages.map(({ messages: of }) => of.length)).toEqual([2, 1, 1]);
});

it('moves on by a message that says that there is nothing, and shows it to nobody', async () => {
  const log = new PublishedLog();
  const nothing = { position: '5', previous: '0', content: null };
  const { positions, pages } = await pagesOf(log, new ScriptedBus([[nothing]]), { until: toPosition(5n) });
  expect([positions, pages.map(({ position }) => position)]).toEqual([[], [5n]]);
});

it('reads the log where a message is missing', async () => {
  const { log, messages, positions } = await follow(([a, , c, d]) => [[a], [c], [d]].map(present));
  expect(positions).toEqual(positionsOf(messages));
  expect(log.reads).toBe(1);
});

it.each([
  {},
  { event: null, endpoint: null, stream: 'job-1', revision: 1 },
  { event: { id: 'evt_1' }, endpoint: null, stream: 'job-1', revision: 1 },
  { event: null, endpoint: { id: '1', type: 'webhook.paused', data: {} }, stream: 'job-1', revision: 1 },
])('reads the log where a message is not to be understood: %j', async (content) => {
  const { log, messages, positions } = await follow(([a, b, c, d]) => {
    const wrong = { ...b, content } as unknown as LogMessage;
    return [[a, wrong, c], [d]].map(present);
  });
  expect(positions).toEqual(positionsOf(messages));
  expect(log.reads).toBe(1);
});

it('reads the log where the bus begins in the middle: its volume was wiped', async () => {
  const { messages, positions, log } = await follow(([, , c, d]) => [present([c, d])]);
  expect(positions).toEqual(positionsOf(messages));
  expect(log.reads).toBe(1);
});

it('reads the log where the bus is silent', async () => {
  const log = new PublishedLog();
  const bus = new ScriptedBus([]);
  const stopping = new AbortController();
  const pages = fanOutPages({ eventStore: log, bus, logger: SILENT, silenceMs: 5 }, BEGINNING, stopping.signal);
  // Nothing has happened, and an empty page says so.
  expect((await pages.next()).value).toMatchObject({ messages: [], position: BEGINNING });
  await log.happen('untold', 'told');
  const seen: LogMessage[] = [];
  while (seen.length === 0) {
    const { value } = await pages.next();
    if (value !== undefined) seen.push(...value.messages);
  }
  expect(positionsOf(seen)).toEqual(positionsOf(await log.messages()));
  stopping.abort();
  for await (const { messages } of pages) expect(messages).toEqual([]);
});

it('reads what it missed before it listens', async () => {
  const log = new PublishedLog();
  await log.happen('told', 'told', 'untold', 'told');
  const messages = await log.messages();
  const [first] = messages;
  const after = toPosition(first?.position ?? '0');
  const { positions } = await pagesOf(log, new ScriptedBus([]), { after, until: await log.head() });
  expect(positions).toEqual(positionsOf(messages.slice(1)));
});

it('passes over what comes again, alone or among what is new', async () => {
  const { messages, positions, bus, log } = await follow(([a, b, c, d]) =>
    [[a, b], [a], [b, a, b], [a, b, c, c], [d]].map(present),
  );
  expect(positions).toEqual(positionsOf(messages));
  expect(log.reads).toBe(0);
  expect(bus.acknowledged).toEqual([0, 1, 2, 3, 4]);
});

it('takes nothing out of turn, within a batch neither', async () => {
  const { messages, positions } = await follow(([a, b, c, d]) =>
    [
      [a, c, b],
      [d, c],
    ].map(present),
  );
  expect(positions).toEqual(positionsOf(messages));
});

it('lets go of the bus where its reader leaves', async () => {
  const { bus } = await follow(([a, b, c, d]) => [present([a, b, c, d])]);
  expect(bus.ended).toBe(true);
});

it('tells the log once and in order, whatever a bus drops, repeats or brings in another order', async () => {
  const scenario = fc.record({
    kinds: fc.array(fc.constantFrom('told' as const, 'untold' as const), { minLength: 1, maxLength: 12 }),
    batches: fc.array(fc.array(fc.nat(30), { maxLength: 6 }), { maxLength: 8 }),
    orderly: fc.boolean(),
    after: fc.nat(24),
    silenceMs: fc.constantFrom(1, 5),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ kinds, batches, orderly, after, silenceMs }) => {
      const log = new PublishedLog();
      await log.happen(...kinds);
      const messages = await log.messages();
      const head = await log.head();
      const from = toPosition(BigInt(after) > head ? head : BigInt(after));
      const inLog = (index: number) => index % Math.max(1, messages.length);
      const chosen = orderly ? batches.map((one) => one.toSorted((a, b) => inLog(a) - inLog(b))) : batches;
      const bus = new ScriptedBus(chosen.map((one) => present(one.map((index) => messages[inLog(index)]))));
      // What is behind it comes by the bus first, as far as it does.
      log.seemsToEndAt(from);
      const { positions } = await pagesOf(log, bus, { after: from, silenceMs, until: head });
      expect(positions).toEqual(positionsOf(messages).filter((position) => BigInt(position) > from));
    }),
    { numRuns: 200 },
  );
});

function present(messages: readonly (LogMessage | undefined)[]): readonly LogMessage[] {
  return messages.filter((message) => message !== undefined);
}
