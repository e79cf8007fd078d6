import { START, type EventStoreDBClient } from '@eventstore/db-client';
import { BEGINNING, LogIntegrityError, logLimit, type LogPage, type LogRead } from '#libs/event-store';
import { collectEvents, type ReadLimits } from './collect-events.js';
import { readHead } from './read-head.js';
import { isVisible } from './tick-stream.js';
import { positionOf, toStoredEvent } from './to-stored-event.js';

/** What a page may hold: 10,000 events of a megabyte each would not fit into the process. */
const MAX_PAGE_BYTES = 16_000_000;

/**
 * A page of the log; see the port. The server reads on from a position inclusively, and the client of this version
 * ignores a filter here without a word, so both are made good on this side.
 * @throws as `collectEvents`
 * @throws LogIntegrityError when the log ends before `after`
 */
export async function readLog(
  client: EventStoreDBClient,
  { after, prefixes, limit }: LogRead,
  limits: ReadLimits,
): Promise<LogPage> {
  const askedAt = performance.now();
  const places = logLimit({ limit });
  // One more than the page shows that the log goes on, and one is the event at `after` itself.
  const { events: read, cutShort } = await collectEvents(
    client.readAll({
      fromPosition: after === BEGINNING ? START : { commit: after, prepare: after },
      maxCount: places + 2,
      requiresLeader: true,
    }),
    { ...limits, maxBytes: MAX_PAGE_BYTES },
  );
  if (read.length === 0 && after !== BEGINNING) {
    const head = await readHead(client, limits);
    if (head < after) throw new LogIntegrityError(after, head);
  }
  const behind = read.filter((event) => positionOf(event) > after);
  const page = behind.slice(0, places);
  const last = page.at(-1);
  return {
    events: page
      .filter(({ streamId }) => isVisible(streamId))
      .filter(({ streamId }) => prefixes === undefined || prefixes.some((prefix) => streamId.startsWith(prefix)))
      .map(toStoredEvent),
    position: last === undefined ? after : positionOf(last),
    caughtUp: !cutShort && behind.length <= places,
    askedAt,
  };
}
