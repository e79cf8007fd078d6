import { LogIntegrityError, type EventStore, type StoredEvent } from '#libs/event-store';
import type { Step, Translation } from './translation.js';

const PAGE = 500;

/** The last step, with the event that it was made with and the weight of the state. */
export interface Folded extends Step<unknown> {
  readonly event: StoredEvent;
  readonly weight: number;
}

/**
 * A stream from its start up to that revision.
 * @throws LogIntegrityError where it does not reach so far
 * @throws UnknownEvent, MalformedEvent, EventStoreUnavailable
 */
export async function foldUpTo(
  store: Pick<EventStore, 'readStream'>,
  translation: Translation<unknown>,
  stream: string,
  revision: number,
): Promise<Folded> {
  let state = translation.initialState;
  let weight = 0;
  for (let from = 0; ; from += PAGE) {
    const page = await store.readStream(stream, { from, limit: Math.min(PAGE, revision + 1 - from) });
    for (const event of page) {
      const step = translation.step(state, event);
      weight += translation.weight(event);
      if (event.revision === revision) return { ...step, event, weight };
      state = step.state;
    }
    if (page.length < PAGE) throw new LogIntegrityError(BigInt(revision), BigInt(from + page.length), stream);
  }
}
