import type { ApiKeyEvent } from './api-key/api-key.events.js';
import type { AuditEvent } from './audit/audit.events.js';

/** Everything that this version stores and folds. */
export type DomainEvent = ApiKeyEvent | AuditEvent;
export type DomainEventType = DomainEvent['type'];
