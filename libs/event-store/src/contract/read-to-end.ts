import type { EventStore, LogRead, StoredEvent } from '../event-store.js';

/** All events behind `after` up to the end of the log, page by page. */
export async function readToEnd(store: EventStore, read: LogRead): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let after = read.after; ;) {
    const page = await store.readAll({ ...read, after });
    events.push(...page.events);
    after = page.position;
    if (page.caughtUp) return events;
  }
}
