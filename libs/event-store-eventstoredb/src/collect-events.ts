import type { AllStreamResolvedEvent, ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import { approximateBytes } from './approximate-bytes.js';
import type { LifeEnd } from './life-end.js';
import { withinDeadline } from './within-deadline.js';

/** An event as a read or a subscription of either kind brings it. */
export type ClientEvent = NonNullable<(ResolvedEvent | AllStreamResolvedEvent)['event']>;

export interface CollectedEvents {
  readonly events: readonly ClientEvent[];
  /** Whether `maxBytes` ended it. */
  readonly cutShort: boolean;
}

/** How long a read may take, and what ends it before. */
export interface ReadLimits {
  readonly deadlineMs: number;
  readonly ended: LifeEnd;
  /** About how much it may hold, with the event that goes beyond; default all. */
  readonly maxBytes?: number;
}

/**
 * Reads to its end what the client has begun to read.
 * @throws EventStoreUnavailable past the deadline or when the client ends
 * @throws Error of the client
 */
export async function collectEvents(
  read: StreamingRead<ResolvedEvent | AllStreamResolvedEvent>,
  { deadlineMs, ended, maxBytes = Infinity }: ReadLimits,
): Promise<CollectedEvents> {
  const events: ClientEvent[] = [];
  let bytes = 0;
  const collecting = new Promise<CollectedEvents>((resolve, reject) => {
    // Stays on for as long as the stream lives: an error that nobody listens for ends the process.
    read.on('error', reject);
    read.on('end', () => resolve({ events, cutShort: false }));
    read.on('data', ({ event }) => {
      if (event === undefined || bytes >= maxBytes) return;
      events.push(event);
      bytes += approximateBytes(event.data) + approximateBytes(event.metadata);
      if (bytes >= maxBytes) resolve({ events, cutShort: true });
    });
  });
  try {
    return await withinDeadline(collecting, deadlineMs, ended);
  } finally {
    // After its end this does nothing; before, it tells the server, who may be the reason that it never ended.
    read.cancel().catch(() => undefined);
    read.destroy();
  }
}
