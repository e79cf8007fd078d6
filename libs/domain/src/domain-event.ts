import type { ApiKeyEvent } from './api-key/api-key.events.js';
import type { AuditEvent } from './audit/audit.events.js';
import type { JobEvent } from './job/job.events.js';
import type { PolicyTypeEvent } from './policy-type/policy-type.events.js';
import type { WebhookEvent } from './webhook/webhook.events.js';

/** Everything that this version stores and folds. */
export type DomainEvent = ApiKeyEvent | AuditEvent | JobEvent | PolicyTypeEvent | WebhookEvent;
export type DomainEventType = DomainEvent['type'];
