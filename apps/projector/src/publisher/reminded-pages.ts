import type { LogPage } from '#libs/event-store';
import { pause } from '#libs/lifecycle';

/**
 * The same pages, and behind one with events that ended at the end of the log an empty one where no other comes within that
 * time, milliseconds: an occasion for what was put off.
 */
export async function* remindedPages(
  pages: AsyncIterable<LogPage>,
  withinMs: number,
): AsyncGenerator<LogPage, void, undefined> {
  const iterator = pages[Symbol.asyncIterator]();
  let last = null as LogPage | null;
  try {
    for (;;) {
      const next = iterator.next();
      // Awaited below; a consumer that stops first leaves no failure unhandled behind.
      next.catch(() => undefined);
      const isDue = last !== null && last.caughtUp && last.events.length > 0;
      if (last !== null && isDue && !(await comesWithin(next, withinMs))) yield { ...last, events: [] };
      const result = await next;
      if (result.done === true) return;
      last = result.value;
      yield last;
    }
  } finally {
    // Not awaited: it ends behind what was asked for, which may come only with the next event.
    iterator.return?.().catch(() => undefined);
  }
}

async function comesWithin(next: Promise<unknown>, withinMs: number): Promise<boolean> {
  const waiting = new AbortController();
  const over = pause(withinMs, waiting.signal).then(() => false);
  try {
    return await Promise.race([next.then(() => true), over]);
  } finally {
    waiting.abort();
  }
}
