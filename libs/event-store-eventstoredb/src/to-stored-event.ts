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

/** Commit and prepare position are equal for all that is written through gRPC. @throws Error for a server before 22.6 */
export function positionOf({ id, position }: ClientEvent): Position {
  if (position === undefined) throw new Error(`the event store tells no position of event ${id}`);
  return toPosition(position.commit);
}
