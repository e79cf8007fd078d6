import type { EventStore } from '#libs/event-store';
import type { FanOutCheckpoint } from '#libs/webhook-deliveries';

/** The log is another one than deliveries were made of, or ends before them. */
export class FanOutOfAnotherLog extends Error {
  readonly code = 'fan_out_of_another_log';
  override readonly name = 'FanOutOfAnotherLog';
}

/**
 * Makes sure that the log is the one that was folded: it reaches as far, and what was folded last is where it was.
 * @throws FanOutOfAnotherLog, EventStoreUnavailable
 */
export async function assertFoldedLog(
  eventStore: Pick<EventStore, 'head' | 'readStream'>,
  { position, last }: FanOutCheckpoint,
): Promise<void> {
  const head = await eventStore.head();
  if (position > head) throw notOurs(`deliveries were made up to position ${position}, but the log ends at ${head}`);
  if (last === null) return;
  const [found] = await eventStore.readStream(last.stream, { from: last.revision, limit: 1 });
  if (found?.id === last.id) return;
  throw notOurs(`event ${last.id} of ${last.stream} (revision ${last.revision}) was delivered and is not in the log`);
}

function notOurs(what: string): FanOutOfAnotherLog {
  return new FanOutOfAnotherLog(
    `${what}: the event store is older than the deliveries, or another one. Give EVENT_STORE_URL the store that belongs to ` +
      'this database, or name the place to send from: `npm run webhooks -- send-from POSITION`.',
  );
}
