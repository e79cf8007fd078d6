import { setTimeout as delay } from 'node:timers/promises';
import type { LogPage, StoredEvent } from '#libs/event-store';
import { askNext } from './ask-next.js';

/** Short beside what a reader waits for who has just written something that the projection has no part in. */
const PUT_OFF_MS = 100;
const MOST_EVENTS = 5_000;

/** Milliseconds. */
export interface Clock {
  now(): number;
  wait(ms: number): Promise<unknown>;
}

const CLOCK: Clock = { now: () => performance.now(), wait: (ms) => delay(ms) };

/**
 * The same events, but pages without one that the projection folds are handed on together, ten times a second: moving a
 * checkpoint past them costs a transaction, and under the load of one kind of stream the projections of all others would
 * do nothing else. The first page after a quiet moment, and every one with an event of its own, is not put off.
 */
export async function* putOff(
  pages: AsyncIterable<LogPage>,
  isOwn: (event: StoredEvent) => boolean,
  clock: Clock = CLOCK,
): AsyncGenerator<LogPage, void, undefined> {
  const iterator = pages[Symbol.asyncIterator]();
  let held = null as LogPage | null;
  let dueAt = -Infinity;
  let asked: Promise<IteratorResult<LogPage>> | null = null;
  try {
    for (;;) {
      const next = (asked ??= askNext(iterator));
      const isDue = held !== null && (await isFirst(clock.wait(Math.max(0, dueAt - clock.now())), next));
      if (!isDue) {
        const result = await next;
        if (result.done === true) break;
        asked = null;
        const { value } = result;
        held = held === null ? value : together(held, value);
        if (held.events.length < MOST_EVENTS && !value.events.some(isOwn) && clock.now() < dueAt) continue;
      }
      if (held === null) continue;
      const page = held;
      held = null;
      dueAt = clock.now() + PUT_OFF_MS;
      yield page;
    }
    if (held !== null) yield held;
  } finally {
    // Not awaited: it ends behind what was asked for, which may come only with the next event.
    iterator.return?.().catch(() => undefined);
  }
}

function together(first: LogPage, second: LogPage): LogPage {
  return { ...second, events: [...first.events, ...second.events] };
}

function isFirst(first: Promise<unknown>, second: Promise<unknown>): Promise<boolean> {
  return Promise.race([first.then(() => true), second.then(() => false)]);
}
