import type { DomainEvent } from '../domain-event.js';
import type { Recorded } from '../recorded.js';
import { EVENT_CATALOGUE } from '../stored/event-catalogue.js';
import type { LogOnlyJobEvent } from '../stored/job-event-catalogue.js';

/** The events that the audit log shows. */
export type EntryEvent = Exclude<DomainEvent, LogOnlyJobEvent>;

/** Whether the audit log shows the event, or only the log of events does. */
export function isEntry(event: Recorded<DomainEvent>): event is Recorded<EntryEvent> {
  return EVENT_CATALOGUE[event.type].isEntry;
}
