import { Translator, TOLD_STREAMS, type LogMessage } from '#libs/contracts';
import { toPosition, type EventStore, type Position } from '#libs/event-store';
import type { MessageBatch, MessageBus } from '#libs/messaging';
import type { Logger } from '#libs/observability';
import type { FanOutPage } from './fan-out-page.js';
import { isUnderstood } from './is-understood.js';

export interface FanOutPagesOptions {
  readonly eventStore: Pick<EventStore, 'readAll' | 'readStream' | 'head'>;
  readonly bus: Pick<MessageBus, 'subscribe'>;
  readonly logger: Logger;
  /** How long the bus may be silent before the log is looked at, milliseconds; default 1 s. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 1_000;
const PAGE_SIZE = 1_000;
const SILENCE = Symbol('silence');

/**
 * What happened behind a place of the log, for ever: as the bus brings it while each message says that nothing lies between
 * it and the one before, and from the log itself where one is missing, or the bus says nothing although the log goes on. So
 * a bus that loses everything costs time and nothing else. While nothing happens a page comes all the same, an empty one.
 */
export async function* fanOutPages(
  { eventStore, bus, logger, silenceMs = SILENCE_MS }: FanOutPagesOptions,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<FanOutPage, void, undefined> {
  const log = new LogReader(eventStore, after);
  // Whatever ends the reader ends the subscription too.
  const ended = new AbortController();
  const batches = bus.subscribe({ signal: AbortSignal.any([signal, ended.signal]) })[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<MessageBatch>> | null = null;
  try {
    yield* log.upTo(await eventStore.head(), signal);
    while (!signal.aborted) {
      next ??= ask(batches);
      const result = await orSilence(next, silenceMs, signal);
      if (result === SILENCE) {
        yield* log.upTo(await eventStore.head(), signal);
        yield { messages: [], position: log.at, isOfBus: false, ack: () => undefined };
        continue;
      }
      next = null;
      if (result.done === true) return;
      const { value: batch } = result;
      const fresh = ascending(batch.messages, log.at);
      const last = fresh.at(-1);
      if (last === undefined) batch.ack();
      else if (fresh.every(isUnderstood) && isInTurn(fresh, log.at)) {
        log.at = toPosition(last.position);
        const told = fresh.filter(({ content }) => content !== null);
        yield { messages: told, position: log.at, isOfBus: true, ack: () => batch.ack() };
      } else {
        logger.info(
          { at: log.at.toString(), position: last.position },
          'a message is missing or not to be understood; reading the log instead',
        );
        yield* log.upTo(toPosition(last.position), signal);
        batch.ack();
      }
    }
  } finally {
    ended.abort();
    batches.return?.().catch(() => undefined);
  }
}

/** Goes through the log by itself, and knows how far. */
class LogReader {
  readonly #translator: Translator;

  constructor(
    private readonly eventStore: FanOutPagesOptions['eventStore'],
    public at: Position,
  ) {
    this.#translator = new Translator(eventStore);
  }

  async *upTo(end: Position, signal: AbortSignal): AsyncGenerator<FanOutPage, void, undefined> {
    while (this.at < end && !signal.aborted) {
      const page = await this.eventStore.readAll({ after: this.at, prefixes: TOLD_STREAMS, limit: PAGE_SIZE });
      const messages: LogMessage[] = [];
      for (const event of page.events) {
        const content = await this.#translator.translate(event);
        if (content !== null) messages.push({ position: event.position.toString(), previous: '0', content });
      }
      this.at = page.position;
      yield { messages, position: page.position, isOfBus: false, ack: () => undefined };
      if (page.caughtUp) return;
    }
  }
}

/** Without what comes again, or after a later one that has it missing. */
function ascending(messages: readonly LogMessage[], at: Position): readonly LogMessage[] {
  let reached: bigint = at;
  return messages.filter(({ position }) => {
    if (BigInt(position) <= reached) return false;
    reached = BigInt(position);
    return true;
  });
}

function isInTurn(messages: readonly LogMessage[], at: Position): boolean {
  let reached: bigint = at;
  for (const { position, previous } of messages) {
    if (BigInt(previous) > reached) return false;
    reached = BigInt(position);
  }
  return true;
}

function ask(batches: AsyncIterator<MessageBatch>): Promise<IteratorResult<MessageBatch>> {
  const asked = batches.next();
  asked.catch(() => undefined);
  return asked;
}

async function orSilence<T>(asked: Promise<T>, silenceMs: number, signal: AbortSignal): Promise<T | typeof SILENCE> {
  if (signal.aborted) return SILENCE;
  const { promise, resolve } = Promise.withResolvers<typeof SILENCE>();
  const stop = (): void => resolve(SILENCE);
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, silenceMs);
  try {
    return await Promise.race([asked, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
