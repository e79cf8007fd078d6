import type { ApiKeyEvent } from '../api-key/api-key.events.js';
import type { DomainEvent } from '../domain-event.js';
import type { EventMetadata } from '../event-metadata.js';
import type { JobEvent } from '../job/job.events.js';
import type { JsonObject } from '../json.js';
import type { PolicyTypeEvent } from '../policy-type/policy-type.events.js';
import type { Recorded } from '../recorded.js';
import type { WebhookEvent } from '../webhook/webhook.events.js';
import { upcast, UnknownEvent } from './upcast.js';

/** The part of a stored event that the domain reads. */
export interface StoredDomainEvent {
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

/** A stored event of any stream, ready to be folded or mapped. @throws UnknownEvent, MalformedEvent */
export function parseStoredEvent({ type, data, metadata }: StoredDomainEvent): Recorded<DomainEvent> {
  return { ...upcast(type, metadata.schema_version, data), metadata };
}

/** A stored event of a stream `apiKey-{lineage}`. @throws UnknownEvent, also for another stream's event; MalformedEvent */
export function parseApiKeyEvent(stored: StoredDomainEvent): Recorded<ApiKeyEvent> {
  const event = parseStoredEvent(stored);
  if (!isApiKeyEvent(event)) throw new UnknownEvent(event.type, stored.metadata.schema_version);
  return event;
}

/** Whether a recorded event is one of a key's lineage. */
export function isApiKeyEvent(event: Recorded<DomainEvent>): event is Recorded<ApiKeyEvent> {
  return event.type.startsWith('api_key.');
}

/** A stored event of a stream `job-{id}`. @throws UnknownEvent, also for another stream's event; MalformedEvent */
export function parseJobEvent(stored: StoredDomainEvent): Recorded<JobEvent> {
  const event = parseStoredEvent(stored);
  if (!isJobEvent(event)) throw new UnknownEvent(event.type, stored.metadata.schema_version);
  return event;
}

/** Whether a recorded event is one of a job. */
export function isJobEvent(event: Recorded<DomainEvent>): event is Recorded<JobEvent> {
  return event.type.startsWith('job.');
}

/** A stored event of a policy type's stream. @throws UnknownEvent, also for another stream's event; MalformedEvent */
export function parsePolicyTypeEvent(stored: StoredDomainEvent): Recorded<PolicyTypeEvent> {
  const event = parseStoredEvent(stored);
  if (!isPolicyTypeEvent(event)) throw new UnknownEvent(event.type, stored.metadata.schema_version);
  return event;
}

/** Whether a recorded event is one of a policy type. */
export function isPolicyTypeEvent(event: Recorded<DomainEvent>): event is Recorded<PolicyTypeEvent> {
  return event.type.startsWith('policy_type.');
}

/** A stored event of a stream `webhook-{webhook_id}`. @throws UnknownEvent, also for another stream's event; MalformedEvent */
export function parseWebhookEvent(stored: StoredDomainEvent): Recorded<WebhookEvent> {
  const event = parseStoredEvent(stored);
  if (!isWebhookEvent(event)) throw new UnknownEvent(event.type, stored.metadata.schema_version);
  return event;
}

/** Whether a recorded event is one of a webhook endpoint. */
export function isWebhookEvent(event: Recorded<DomainEvent>): event is Recorded<WebhookEvent> {
  return event.type.startsWith('webhook.');
}
