import type { EventToStore } from '#libs/event-store';
import type { CommandRun } from './command-run.js';
import { eventId } from './event-id.js';
import type { StreamEvent } from './stream-type.js';

/** What was decided at that instant (Unix milliseconds), with ids that the command determines and its whole metadata. */
export function eventsToStore<Command, Event extends StreamEvent, State>(
  { type, commandId, metadata }: CommandRun<Command, Event, State>,
  decided: readonly Event[],
  now: number,
): readonly EventToStore[] {
  return decided.map((event, index) => ({
    id: eventId(commandId, index),
    type: event.type,
    data: event.data,
    metadata: {
      ...metadata,
      causation_id: commandId,
      schema_version: type.schemaVersion(event.type),
      occurred_at: new Date(now).toISOString(),
    },
  }));
}
