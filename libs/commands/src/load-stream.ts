import type { EventStore, StoredEvent } from '#libs/event-store';

const PAGE = 1_000;

/** A whole stream, oldest first. @throws EventStoreUnavailable */
export async function loadStream(store: EventStore, stream: string): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const page = await store.readStream(stream, { from: events.length, limit: PAGE });
    events.push(...page);
    if (page.length < PAGE) return events;
  }
}
