import type { EventStore } from '#libs/event-store';
import type { PublisherCheckpoint } from './publisher-checkpoint.js';

/** The log is another one than was published, or ends before what was. */
export class PublisherOfAnotherLog extends Error {
  readonly code = 'publisher_of_another_log';
  override readonly name = 'PublisherOfAnotherLog';
  constructor(what: string) {
    super(
      `${what}: the event store is older than what was published, or another one. Give EVENT_STORE_URL the store that belongs ` +
        'to this database, or start NATS on an empty volume and publish anew: `delete from publisher.checkpoint`.',
    );
  }
}

/**
 * Makes sure that the log is the one that was published: it reaches as far, and what was looked at last is where it was.
 * @throws PublisherOfAnotherLog, EventStoreUnavailable
 */
export async function assertPublishedLog(
  eventStore: Pick<EventStore, 'head' | 'readStream'>,
  { position, last }: PublisherCheckpoint,
): Promise<void> {
  const head = await eventStore.head();
  if (position > head)
    throw new PublisherOfAnotherLog(`the log was published up to position ${position}, and ends at ${head}`);
  if (last === null) return;
  const [found] = await eventStore.readStream(last.stream, { from: last.revision, limit: 1 });
  if (found?.id === last.id) return;
  throw new PublisherOfAnotherLog(`event ${last.id} of ${last.stream} (revision ${last.revision}) is not in the log`);
}
