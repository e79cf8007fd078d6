import {
  EventStoreUnavailable,
  LogIntegrityError,
  type LogPage,
  type LogRead,
  type LogSubscription,
} from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import type { HeadWatch } from './head-watch.js';

/**
 * The subscription of the port. It reads only while the head is ahead of it; otherwise every successful poll becomes an
 * empty page. While the store is out of reach it yields nothing, so that the consumer's view goes stale visibly.
 * @throws LogIntegrityError also when the log now ends before what was yielded already (a backup was restored)
 */
export async function* followLog(
  readAll: (read: LogRead) => Promise<LogPage>,
  watch: HeadWatch,
  { signal, ...read }: LogSubscription,
  logger: Logger,
): AsyncGenerator<LogPage> {
  let position = read.after;
  let behind = true;
  let knownAt = -Infinity;
  const backoff = new Backoff({ firstMs: 100, longestMs: 5_000 });
  while (!signal.aborted) {
    if (behind) {
      const page = await unlessOutOfReach(readAll({ ...read, after: position }));
      if (signal.aborted) return;
      knownAt = performance.now();
      if (page !== null) {
        backoff.succeeded();
        position = page.position;
        behind = !page.caughtUp;
        yield page;
        continue;
      }
      // The poll may succeed while this read never does: that must be seen, and must not be hammered.
      const backoffMs = backoff.failed();
      const { failures } = backoff;
      logger.warn({ after: position.toString(), failures, backoffMs }, 'a page of the log could not be read yet');
      await pause(backoffMs, signal);
    }
    // Only a poll that was asked after the last read is news: an earlier one may show an older head.
    const seen = await watch.after(knownAt, signal);
    if (seen === null) return;
    knownAt = seen.askedAt;
    if (behind) continue;
    if (seen.head < position) throw new LogIntegrityError(position, seen.head);
    behind = seen.head > position;
    if (!behind) yield { events: [], position, caughtUp: true, askedAt: seen.askedAt };
  }
}

async function unlessOutOfReach(reading: Promise<LogPage>): Promise<LogPage | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof EventStoreUnavailable) return null;
    throw error;
  }
}
