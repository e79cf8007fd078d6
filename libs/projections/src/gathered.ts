import { setTimeout as delay } from 'node:timers/promises';
import type { LogPage } from '#libs/event-store';

/** Long enough for a busy log to fill a page, too short for a reader who waits for their own write to notice. */
const GATHER_MS = 20;

/**
 * The same pages, but after one that ended at the end of the log the next is asked for a little after that was handed on,
 * or when the consumer is done with it, if that takes longer: a transaction costs nearly the same for one event as for
 * fifty, and under load there would be one for each few events. The first event after a quiet moment is not delayed.
 */
export async function* gathered(pages: AsyncIterable<LogPage>): AsyncGenerator<LogPage, void, undefined> {
  for await (const page of pages) {
    const handedOnAt = performance.now();
    yield page;
    const leftMs = handedOnAt + GATHER_MS - performance.now();
    if (page.caughtUp && page.events.length > 0 && leftMs > 0) await delay(leftMs);
  }
}
