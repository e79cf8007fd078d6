import type { EventMetadata, JsonObject, StoredDomainEvent } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';

/** An event as its row keeps it: as it was recorded, in the version in which it was. */
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

/** What the row keeps beside the type. Text, not `json`: nothing in the database looks inside, and checking it costs. */
export function toEventText({ id, revision, data, metadata }: StoredEvent): string {
  return JSON.stringify({ id, revision, data, metadata } satisfies EventText);
}

export function toRecordedEvent(row: { readonly event_type: string; readonly event: string }): RecordedEvent {
  const text = JSON.parse(row.event) as EventText;
  return { type: row.event_type, ...text };
}
