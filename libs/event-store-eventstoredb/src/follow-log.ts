import { setTimeout as delay } from 'node:timers/promises';
import {
  EventStoreUnavailable,
  LogIntegrityError,
  type LogPage,
  type LogSubscription,
  type Position,
} from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { feedPages } from './feed-pages.js';
import { isOutage } from './is-outage.js';
import { messageOf } from './message-of.js';
import type { SharedClient } from './shared-client.js';
import { SubscriptionFeed } from './subscription-feed.js';
import type { Ticker } from './ticker.js';

export interface FollowLogOptions {
  readonly shared: SharedClient;
  /** The newest position of the log. */
  readonly head: () => Promise<Position>;
  readonly ticker: Ticker;
  readonly logger: Logger;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * The subscription of the port. The client never subscribes again by itself, whatever ended a subscription: an outage, a
 * server that stops, or a burst that its live buffer of some dozens of events could not take. Here it begins anew behind
 * the last page that the consumer has taken. While the store is out of reach it yields nothing, so that the consumer's
 * view goes stale visibly.
 * @throws LogIntegrityError when the log now ends before what was yielded already (a backup was restored)
 */
export async function* followLog(options: FollowLogOptions, subscription: LogSubscription): AsyncGenerator<LogPage> {
  const { head, ticker, logger } = options;
  const { signal } = subscription;
  ticker.start();
  let position = subscription.after;
  let knownAt = -Infinity;
  for (let failures = 0; !signal.aborted;) {
    try {
      const newest = await head();
      if (newest < position) throw new LogIntegrityError(position, newest);
      for await (const page of subscribed(options, { ...subscription, after: position }, knownAt)) {
        yield page;
        position = page.position;
        knownAt = page.askedAt;
        failures = 0;
      }
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable) && !isOutage(error)) throw error;
      if (signal.aborted) return;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS);
      logger.warn(
        { after: position.toString(), error: messageOf(error), pauseMs },
        'event log subscription interrupted',
      );
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** One subscription of the client, until it ends. */
async function* subscribed(
  { shared, ticker }: FollowLogOptions,
  { signal, after, prefixes, limit }: LogSubscription,
  knownAt: number,
): AsyncGenerator<LogPage> {
  const life = await shared.life();
  const feed = new SubscriptionFeed(life, after, prefixes === undefined ? null : [...prefixes, ticker.stream]);
  try {
    yield* feedPages({ feed, after, limit, knownAt, tickSentAt: ticker.sentAt.bind(ticker), signal });
  } catch (error) {
    shared.failed(life, error);
    throw error;
  } finally {
    feed.close();
  }
}
