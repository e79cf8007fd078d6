import {
  streamNameFilter,
  START,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
} from '@eventstore/db-client';
import { BEGINNING, EventStoreUnavailable, toPosition, type Position } from '#libs/event-store';
import type { ClientEvent } from './collect-events.js';
import type { ClientLife } from './shared-client.js';

/** What a subscription tells, in the order in which it holds. */
export type FeedItem =
  | { readonly kind: 'event'; readonly event: ClientEvent }
  /** Everything up to here was looked at by the server, and nothing behind it sent yet. */
  | { readonly kind: 'checkpoint'; readonly position: Position }
  | { readonly kind: 'caught_up' }
  | { readonly kind: 'fell_behind' };

/** A client-side buffer for bursts: the server drops a live subscriber who is more than some dozens of events behind. */
const BUFFERED_ITEMS = 256;

/** How many events the server looks at for one checkpoint: by default 32, which scans at a quarter of the speed. */
const SEARCH_WINDOW = 1_000;

/** Every stream but the server's own; those of other processes' ticks are left out later. */
const ALL_BUT_SYSTEM = '^[^$]';

/**
 * One subscription of the client as one ordered queue. The client tells checkpoints and the end of catching up aside,
 * ahead of events that still wait to be read; here they are put into the same stream at their place.
 */
export class SubscriptionFeed {
  readonly #subscription: AllStreamSubscription;
  #ended: Error | null = null;
  #wake: () => void = () => undefined;
  readonly #onClientEnd = (): void => this.#end(new EventStoreUnavailable('the connection to the event store broke'));
  readonly #release: () => void;

  /** Begins behind `after`, with the streams that begin with one of the prefixes; null for all. */
  constructor({ client, ended }: ClientLife, after: Position, prefixes: readonly string[] | null) {
    const filter = {
      maxSearchWindow: SEARCH_WINDOW,
      checkpointInterval: 1,
      // What it throws or waits for would stop the subscription without a word.
      checkpointReached: (subscription: AllStreamSubscription, { commit }: { readonly commit: bigint }) => {
        subscription.push({ kind: 'checkpoint', position: toPosition(commit) } satisfies FeedItem);
      },
    };
    this.#subscription = client.subscribeToAll(
      {
        requiresLeader: true,
        fromPosition: after === BEGINNING ? START : { commit: after, prepare: after },
        filter:
          prefixes === null
            ? streamNameFilter({ ...filter, regex: ALL_BUT_SYSTEM })
            : streamNameFilter({ ...filter, prefixes: [...prefixes] }),
      },
      { highWaterMark: BUFFERED_ITEMS },
    );
    this.#subscription.on('caughtUp', () => this.#subscription.push({ kind: 'caught_up' } satisfies FeedItem));
    this.#subscription.on('fellBehind', () => this.#subscription.push({ kind: 'fell_behind' } satisfies FeedItem));
    this.#subscription.on('readable', () => this.#wake());
    // The client ends a subscription without a word.
    ended.add(this.#onClientEnd);
    this.#release = () => ended.delete(this.#onClientEnd);
    // Both stay on for as long as the stream lives: an error that nobody listens for ends the process.
    this.#subscription.on('error', (error: Error) => this.#end(error));
    this.#subscription.on('end', () => this.#end(new EventStoreUnavailable('the server ended the subscription')));
  }

  /** Whether there is something to read right now. */
  get hasItems(): boolean {
    return this.#subscription.readableLength > 0;
  }

  /** The next item, null where none has come yet. */
  next(): FeedItem | null {
    for (;;) {
      const item = this.#subscription.read() as FeedItem | AllStreamResolvedEvent | null;
      if (item === null || 'kind' in item) return item;
      if (item.event !== undefined) return { kind: 'event', event: item.event };
    }
  }

  /**
   * Waits until `next` may have something, the signal is aborted or `ms` have passed; whether it was cut off by the latter.
   * @throws Error of the client that ended the subscription
   */
  async timesOut(ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#ended !== null) throw this.#ended;
    if (signal.aborted || this.hasItems) return false;
    return new Promise((resolve) => {
      const finish = (timedOut: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#wake = () => undefined;
        resolve(timedOut);
      };
      const wake = (): void => finish(false);
      const timer = setTimeout(() => finish(true), ms);
      signal.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
  }

  /** Tells the server and drops what was not read. */
  close(): void {
    this.#release();
    this.#subscription.unsubscribe().catch(() => undefined);
    this.#subscription.destroy();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#wake();
  }
}
