import { withoutWithheldFields, type EventMetadata, type JsonObject, type StoredDomainEvent } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';

/** An event as its row keeps it: as it was recorded, in the version in which it was, without what the log withholds. */
export interface RecordedEvent extends StoredDomainEvent {
  readonly id: string;
  /** Within its stream. */
  readonly revision: number;
}

interface EventText {
  readonly id: string;
  readonly revision: number;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

/**
 * What the row keeps beside the type. Text, not `json`: nothing in the database looks inside, and checking it costs.
 * Nobody is shown a key's hash, nor a job's input here, which may be 256 KiB: the rows do without.
 */
export function toEventText({ id, type, revision, data, metadata }: StoredEvent): string {
  return JSON.stringify({ id, revision, data: withoutWithheldFields(type, data), metadata } satisfies EventText);
}

export function toRecordedEvent(row: { readonly event_type: string; readonly event: string }): RecordedEvent {
  const text = JSON.parse(row.event) as EventText;
  return { type: row.event_type, ...text };
}
