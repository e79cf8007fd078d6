import type { EventMetadata, JsonObject } from '#libs/domain';
import { toPosition, type StoredEvent } from '#libs/event-store';

/** The columns of one event in the order in which every read selects them, as Postgres' text. */
export type StoredEventRow = [
  position: string,
  stream: string,
  revision: string,
  eventId: string,
  type: string,
  data: string,
  metadata: string,
  recordedAt: string,
];

/** The select list that gives a `StoredEventRow`. */
export const EVENT_COLUMNS = 'position, stream, revision, event_id, type, data, metadata, recorded_at';

/** Keeps `pg` from looking up a parser for every value of every row: all are read as text. */
export const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** Reads an event back. */
export function toStoredEvent(row: StoredEventRow): StoredEvent {
  return {
    id: row[3],
    type: row[4],
    stream: row[1],
    revision: Number(row[2]),
    position: toPosition(row[0]),
    data: JSON.parse(row[5]) as JsonObject,
    metadata: JSON.parse(row[6]) as EventMetadata,
    recordedAt: Number(row[7]),
  };
}
