import type { LogPage } from '#libs/event-store';
import { askNext } from './ask-next.js';

/**
 * The same pages, each asked for while the consumer still works on the one before: at most one is held ready. But what
 * comes after a page that ended at the end of the log is asked for when the consumer is done, so that it then gets all that
 * has come meanwhile at once. A failure is thrown where its page would have been, after all before it were handed out.
 */
export async function* readAhead(source: AsyncIterable<LogPage>): AsyncGenerator<LogPage, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let next = askNext(iterator);
  try {
    for (;;) {
      const result = await next;
      if (result.done === true) return;
      const ahead = result.value.caughtUp ? null : askNext(iterator);
      yield result.value;
      next = ahead ?? askNext(iterator);
    }
  } finally {
    // Not awaited: it ends behind what was asked for, which may come only with the next event.
    iterator.return?.().catch(() => undefined);
  }
}
