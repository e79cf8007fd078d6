import {
  changesOf,
  isApiKeyEvent,
  isJobEvent,
  isWebhookEvent,
  parseStoredEvent,
  withPlaceholders,
  type DomainEvent,
  type DomainEventType,
  type JsonValue,
  type Recorded,
} from '#libs/domain';
import type { LogEvent } from '#libs/read-models';
import type { LiveEventKind } from './live-event-kinds.js';

/** What a live event says: enough to show that something moved, and by `id` where to read the rest. */
export interface LiveEvent {
  readonly kind: LiveEventKind;
  readonly data: {
    /** Of the key, job or webhook endpoint. */
    readonly id: string;
    readonly event_type: DomainEventType;
    readonly seq: number;
    /** RFC 3339 with milliseconds. */
    readonly occurred_at: string;
    /** Where the event changed it. */
    readonly status?: JsonValue;
    readonly progress?: JsonValue;
  };
}

/**
 * The live event that an event of the log is, null for one of nothing that is shown live.
 * @throws UnknownEvent, MalformedEvent
 */
export function presentLiveEvent({ seq, event }: LogEvent): LiveEvent | null {
  const recorded = parseStoredEvent({ ...event, data: withPlaceholders(event.type, event.data) });
  const about = objectOf(recorded);
  if (about === null) return null;
  const { kind, id } = about;
  const { occurred_at } = recorded.metadata;
  return { kind, data: { id, event_type: recorded.type, seq, occurred_at, ...whatChanged(recorded) } };
}

function objectOf(event: Recorded<DomainEvent>): { readonly kind: LiveEventKind; readonly id: string } | null {
  if (isApiKeyEvent(event)) return { kind: 'api_key', id: event.data.key_id };
  if (isWebhookEvent(event)) return { kind: 'webhook', id: event.data.webhook_id };
  return isJobEvent(event) ? { kind: 'job', id: event.data.job_id } : null;
}

/** A job that is tried again begins anew with its progress, which its history does not list as a change. */
function whatChanged(event: Recorded<DomainEvent>): Pick<LiveEvent['data'], 'status' | 'progress'> {
  const shown = changesOf(event).filter(({ field }) => field === 'status' || field === 'progress');
  const restarts = event.type === 'job.leased' && event.data.attempt > 1;
  return {
    ...(restarts ? { progress: { percent: 0, message: null } } : {}),
    ...Object.fromEntries(shown.map(({ field, after }) => [field, after])),
  };
}
