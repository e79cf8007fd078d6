import type pg from 'pg';
import { Translator, type LogMessage } from '#libs/contracts';
import { toPosition, type EventStore, type LogPage, type Position, type StoredEvent } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import { BusUnavailable, type MessageBus } from '#libs/messaging';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { mayPass, PoisonEvent } from '#libs/projections';
import { assertPublishedLog } from './assert-published-log.js';
import { loadPublisherCheckpoint, movePublisherCheckpoint, type PublisherCheckpoint } from './publisher-checkpoint.js';

export interface OwnedPublisherOptions {
  /** The owner's session. */
  readonly client: pg.ClientBase;
  readonly eventStore: EventStore;
  readonly bus: Pick<MessageBus, 'publish'>;
  readonly logger: Logger;
  /** Ends waiting for the bus. */
  readonly signal: AbortSignal;
  /** Whether another process has the work by now: waiting for the bus ends with that too. */
  readonly isLost: () => boolean;
}

/** How often at most it is said that nothing of interest has come, milliseconds. */
export const SAY_NOTHING_EVERY_MS = 250;

/** The publisher in the hands of its owner: where it stands, and what it does with a page. */
export class OwnedPublisher {
  readonly #translator: Translator;
  #saidAt = -Infinity;

  private constructor(
    private readonly options: OwnedPublisherOptions,
    private at: PublisherCheckpoint,
  ) {
    this.#translator = new Translator(options.eventStore);
  }

  /** @throws PublisherOfAnotherLog, EventStoreUnavailable */
  static async load(options: OwnedPublisherOptions): Promise<OwnedPublisher> {
    const checkpoint = await loadPublisherCheckpoint(options.client);
    await assertPublishedLog(options.eventStore, checkpoint);
    return new OwnedPublisher(options, checkpoint);
  }

  get checkpoint(): Position {
    return this.at.position;
  }

  /**
   * Publishes what is of interest in a page, then moves the checkpoint; a process that dies between the two publishes the
   * same messages again.
   * @throws PoisonEvent on one that must not be passed by, with all before it published
   * @throws CheckpointConflict, EventStoreUnavailable
   */
  async take(page: LogPage): Promise<void> {
    const messages: LogMessage[] = [];
    for (const [index, event] of page.events.entries()) {
      try {
        const content = await this.#translator.translate(event);
        if (content !== null) this.#append(messages, event.position, content);
      } catch (cause) {
        if (mayPass(cause)) throw cause;
        const before = page.events[index - 1];
        if (before !== undefined) await this.#commit(messages, before.position, before);
        throw new PoisonEvent(event, cause);
      }
    }
    if (page.caughtUp && this.#isTimeToSay(messages, page.position)) this.#append(messages, page.position, null);
    if (messages.length > 0 || page.position > this.at.position)
      await this.#commit(messages, page.position, page.events.at(-1) ?? this.at.last);
  }

  /** Whether a reader would not know yet that nothing of interest is behind the last message, and it is time to say so. */
  #isTimeToSay(messages: readonly LogMessage[], position: Position): boolean {
    const isBehind = position > this.#lastOf(messages);
    return isBehind && performance.now() - this.#saidAt >= SAY_NOTHING_EVERY_MS;
  }

  #append(messages: LogMessage[], position: Position, content: LogMessage['content']): void {
    messages.push({ position: position.toString(), previous: this.#lastOf(messages).toString(), content });
  }

  #lastOf(messages: readonly LogMessage[]): bigint {
    const last = messages.at(-1);
    return last === undefined ? this.at.lastMessage : BigInt(last.position);
  }

  async #commit(
    messages: readonly LogMessage[],
    position: Position,
    last: Pick<StoredEvent, 'stream' | 'revision' | 'id'> | null,
  ): Promise<void> {
    if (messages.length > 0) await this.#publish(messages);
    if (messages.at(-1)?.content === null) this.#saidAt = performance.now();
    const next = { position, lastMessage: toPosition(this.#lastOf(messages)), last };
    await movePublisherCheckpoint(this.options.client, this.at.position, next);
    this.at = next;
  }

  async #publish(messages: readonly LogMessage[]): Promise<void> {
    const { bus, logger, signal, isLost } = this.options;
    const backoff = new Backoff({ firstMs: 100, longestMs: 5_000 });
    for (;;) {
      signal.throwIfAborted();
      if (isLost()) throw new DatabaseUnavailable('the session that owned the publisher is gone');
      try {
        return await bus.publish(messages);
      } catch (error) {
        if (!(error instanceof BusUnavailable)) throw error;
        const backoffMs = backoff.failed();
        logger.warn({ err: error, backoffMs, messages: messages.length }, 'the bus did not take what was published');
        await pause(backoffMs, signal);
      }
    }
  }
}
