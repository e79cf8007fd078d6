import { UnsupportedError } from '@eventstore/db-client';
import type { EventMetadata, JsonObject } from '#libs/domain';
import { toPosition, type Position, type StoredEvent } from '#libs/event-store';
import type { ClientEvent } from './collect-events.js';

/** Reads an event back. */
export function toStoredEvent(event: ClientEvent): StoredEvent {
  return {
    id: event.id,
    type: event.type,
    stream: event.streamId,
    revision: Number(event.revision),
    position: positionOf(event),
    data: event.data as JsonObject,
    metadata: event.metadata as unknown as EventMetadata,
    recordedAt: event.created.getTime(),
  };
}

/** Commit and prepare position are equal for all that is written through gRPC. @throws UnsupportedError of the client */
export function positionOf({ position }: ClientEvent): Position {
  if (position === undefined) throw new UnsupportedError('the position of an event', '22.6');
  return toPosition(position.commit);
}
