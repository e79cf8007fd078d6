import { EventStoreUnavailable, logLimit, type LogPage, type Position, type StoredEvent } from '#libs/event-store';
import { approximateBytes } from './approximate-bytes.js';
import type { ClientEvent } from './collect-events.js';
import type { SubscriptionFeed } from './subscription-feed.js';
import { isVisible } from './tick-stream.js';
import { positionOf, toStoredEvent } from './to-stored-event.js';

export interface FeedPagesOptions {
  readonly feed: Pick<SubscriptionFeed, 'next' | 'hasItems' | 'timesOut'>;
  /** Where the feed began. */
  readonly after: Position;
  readonly limit: number | undefined;
  /** When the log was last known to end at `after`, `performance.now()` milliseconds; `-Infinity` for never. */
  readonly knownAt: number;
  /** When this process sent a tick; see `Ticker`. */
  readonly tickSentAt: (event: ClientEvent) => number | null;
  readonly signal: AbortSignal;
}

const MAX_PAGE_BYTES = 16_000_000;

/** While it catches up a page is filled for so long at most, so that progress shows even where the filter lets nothing through. */
const FILLING_MS = 250;

/** Ticks come every 750 ms: a subscription that says nothing for so long is dead, whatever the connection says. */
const SILENCE_MS = 4_000;

/**
 * The feed in pages. While it catches up a page ends when it is full or at the end of the log; from then on with what has
 * come. A page that ends there says so, and that this was known when the latest tick of this process in it or before it
 * was sent. That the feed could be had says nothing of how old the log is that it comes from: until a tick has come through
 * this very feed, what was known before it only ages.
 * @throws EventStoreUnavailable when the feed says nothing for too long
 * @throws Error of the client that ended the feed
 */
export async function* feedPages(options: FeedPagesOptions): AsyncGenerator<LogPage> {
  const { feed, signal, tickSentAt } = options;
  const limit = logLimit(options);
  let { after: position, knownAt } = options;
  let live = false;
  while (!signal.aborted) {
    const events: StoredEvent[] = [];
    let bytes = 0;
    let begunAt: number | null = null;
    let ended = false;
    while (!ended && events.length < limit && bytes < MAX_PAGE_BYTES) {
      const item = feed.next();
      if (item === null) {
        if (begunAt !== null && (live || performance.now() - begunAt >= FILLING_MS)) break;
        const silent = await feed.timesOut(begunAt === null ? SILENCE_MS : FILLING_MS, signal);
        if (signal.aborted) return;
        if (silent && begunAt === null) throw new EventStoreUnavailable('the subscription fell silent');
        continue;
      }
      begunAt ??= performance.now();
      switch (item.kind) {
        case 'event': {
          position = positionOf(item.event);
          knownAt = Math.max(knownAt, tickSentAt(item.event) ?? knownAt);
          if (!isVisible(item.event.streamId)) break;
          events.push(toStoredEvent(item.event));
          bytes += approximateBytes(item.event.data) + approximateBytes(item.event.metadata);
          break;
        }
        case 'checkpoint':
          // The first one of a catch-up may be of where it began.
          if (item.position > position) position = item.position;
          ended = performance.now() - begunAt >= FILLING_MS;
          break;
        case 'caught_up':
          live = true;
          ended = true;
          break;
        case 'fell_behind':
          live = false;
          break;
      }
    }
    yield { events, position, caughtUp: live && !feed.hasItems, askedAt: knownAt };
  }
}
