import { BACKWARDS, END, FORWARDS, START, StreamNotFoundError, type EventStoreDBClient } from '@eventstore/db-client';
import { streamLimit, type StoredEvent, type StreamRead } from '#libs/event-store';
import { collectEvents, type ReadLimits } from './collect-events.js';
import { toStoredEvent } from './to-stored-event.js';

/** A page of one stream; see the port: never cut short, for a caller takes that for the stream's end. @throws as `collectEvents` */
export async function readStream(
  client: EventStoreDBClient,
  stream: string,
  read: StreamRead,
  limits: ReadLimits,
): Promise<readonly StoredEvent[]> {
  const backwards = read.direction === 'backwards';
  const reading = client.readStream(stream, {
    direction: backwards ? BACKWARDS : FORWARDS,
    fromRevision: read.from === undefined ? (backwards ? END : START) : BigInt(read.from),
    maxCount: streamLimit(read),
    requiresLeader: true,
  });
  try {
    return (await collectEvents(reading, limits)).events.map(toStoredEvent);
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw error;
  }
}
