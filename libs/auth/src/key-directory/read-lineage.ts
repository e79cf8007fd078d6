import { lineageStream, parseApiKeyEvent } from '#libs/domain';
import { LogIntegrityError, type EventStore } from '#libs/event-store';
import { foldEntry } from './fold-entry.js';
import type { LineageEntry } from './lineage-entry.js';
import type { SharedStrings } from './shared-strings.js';

/** A rotated key has up to a thousand ancestors; their stream is still a page or a few. */
const PAGE = 1_000;

/**
 * Folds the whole stream of a lineage from the event store, never from a read model, which may lag. Null where there is
 * no such stream.
 * @throws EventStoreUnavailable, UnknownEvent, MalformedEvent; LogIntegrityError when the stream has a gap
 */
export async function readLineage(
  store: EventStore,
  lineage: string,
  shared: SharedStrings,
): Promise<LineageEntry | null> {
  const stream = lineageStream(lineage);
  let entry: LineageEntry | null = null;
  for (;;) {
    const from = entry === null ? 0 : entry.revision + 1;
    const events = await store.readStream(stream, { from, limit: PAGE });
    for (const event of events) {
      const expected: number = entry === null ? 0 : entry.revision + 1;
      if (event.revision !== expected) throw new LogIntegrityError(BigInt(expected), BigInt(event.revision));
      entry = foldEntry(entry, parseApiKeyEvent(event), lineage, shared);
    }
    if (events.length < PAGE) return entry;
  }
}
