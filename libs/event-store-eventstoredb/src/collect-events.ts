import type { AllStreamResolvedEvent, ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import { EventStoreUnavailable } from '#libs/event-store';
import { approximateBytes } from './approximate-bytes.js';

/** What one read may hold: 10,000 events of a megabyte each would not fit into the process. */
const MAX_BYTES = 16_000_000;

/** An event as a read or a subscription of either kind brings it. */
export type ClientEvent = NonNullable<(ResolvedEvent | AllStreamResolvedEvent)['event']>;

export interface CollectedEvents {
  readonly events: readonly ClientEvent[];
  /** Whether there was more than fits into the memory of one page. */
  readonly cutShort: boolean;
}

/**
 * Reads to its end what the client has begun to read. The deadline is ours: the client's is ignored where it is needed
 * most, by a server that has frozen.
 * @throws EventStoreUnavailable past the deadline
 * @throws Error of the client
 */
export async function collectEvents(
  read: StreamingRead<ResolvedEvent | AllStreamResolvedEvent>,
  deadlineMs: number,
): Promise<CollectedEvents> {
  const events: ClientEvent[] = [];
  let bytes = 0;
  try {
    return await new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        reject(new EventStoreUnavailable(`the event store did not answer a read within ${deadlineMs} ms`));
      }, deadlineMs);
      const finish = (cutShort: boolean): void => {
        clearTimeout(deadline);
        resolve({ events, cutShort });
      };
      // Stays on for as long as the stream lives: an error that nobody listens for ends the process.
      read.on('error', (error) => {
        clearTimeout(deadline);
        reject(error);
      });
      read.on('end', () => finish(false));
      read.on('data', ({ event }) => {
        if (event === undefined || bytes >= MAX_BYTES) return;
        events.push(event);
        bytes += approximateBytes(event.data) + approximateBytes(event.metadata);
        if (bytes >= MAX_BYTES) finish(true);
      });
    });
  } finally {
    endRead(read);
  }
}

/** After its end it does nothing; before, it tells the server, who may be the reason that it never ended. */
function endRead(read: StreamingRead<unknown>): void {
  read.cancel().catch(() => undefined);
  read.destroy();
}
