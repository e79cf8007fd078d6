import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreUnavailable } from '../errors.js';
import { NO_STREAM, type EventStore, type EventToStore, type StoredEvent } from '../event-store.js';
import { BEGINNING } from '../position.js';
import { someEvent, someStream } from './some-event.js';

/**
 * For tests of outages: appends to one stream as a careful caller does, until the signal fires. An unknown outcome is asked
 * for again, same ids, same revision. Returns what was confirmed; `onConfirmed` is told of each append.
 */
export async function keepAppending(
  store: EventStore,
  signal: AbortSignal,
  onConfirmed: () => void = () => undefined,
): Promise<EventToStore[]> {
  const [stream, confirmed] = [someStream(), [] as EventToStore[]];
  let expected = NO_STREAM;
  while (!signal.aborted) {
    const events = [someEvent({ expected }), someEvent({ expected })];
    const result = await persistently(() => store.append(stream, expected, events));
    if (result.outcome !== 'stored') throw new Error(`${stream} stands at ${result.actual}, not at ${expected}`);
    confirmed.push(...events);
    onConfirmed();
    expected = result.revision;
  }
  return confirmed;
}

/** Asks again for as long as the store is out of reach. */
export async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
      await delay(50);
    }
  }
}

/** Everything that a subscription from the beginning delivers, as it comes. */
export function followAll(store: EventStore, signal: AbortSignal): { events: StoredEvent[]; ended: Promise<void> } {
  const events: StoredEvent[] = [];
  const ended = (async () => {
    for await (const page of store.subscribe({ after: BEGINNING, limit: 100, signal })) events.push(...page.events);
  })();
  return { events, ended };
}
