import { EXPIRY_NOTICE_DAYS } from '../api-key/expiry-notice.js';
import { updatedFacts } from '../api-key/updated-facts.js';
import type { DomainEvent, DomainEventType } from '../domain-event.js';
import type { JsonObject } from '../json.js';
import { EventFields } from './event-fields.js';
import { parseJobEventData } from './parse-job-event-data.js';
import { parsePolicyTypeEventData } from './parse-policy-type-event-data.js';
import { parseWebhookEventData } from './parse-webhook-event-data.js';

/**
 * Stored data of the current version as the event that the code folds: every field there, of its type, and none more.
 * @throws MalformedEvent
 */
export function parseEvent(type: DomainEventType, data: JsonObject): DomainEvent {
  const fields = new EventFields(type, data);
  switch (type) {
    case 'api_key.created':
      return { type, data: fields.done(created(fields)) };
    case 'api_key.updated': {
      const parsed = fields.done(transition(fields));
      updatedFacts(parsed.changes);
      return { type, data: parsed };
    }
    case 'api_key.rotated':
      return { type, data: fields.done(rotated(fields)) };
    case 'api_key.revoked':
    case 'api_key.suspended':
    case 'api_key.reactivated':
    case 'api_key.deleted':
      return { type, data: fields.done(transition(fields)) };
    case 'api_key.expiring':
      return { type, data: fields.done(expiring(fields)) };
    case 'audit_log_exported':
      return { type, data: fields.done(exported(fields)) };
    case 'access_denied':
      return { type, data: fields.done(denied(fields)) };
    case 'policy_type.created':
    case 'policy_type.updated':
      return parsePolicyTypeEventData(type, fields);
    case 'job.submitted':
    case 'job.leased':
    case 'job.progressed':
    case 'job.completed':
    case 'job.attempt_failed':
    case 'job.lease_expired':
    case 'job.failed':
    case 'job.cancelled':
    case 'job.retried':
    case 'job.usage_recorded':
      return parseJobEventData(type, fields);
    case 'webhook.created':
    case 'webhook.updated':
    case 'webhook.paused':
    case 'webhook.activated':
    case 'webhook.disabled':
    case 'webhook.secret_rotated':
    case 'webhook.tested':
    case 'webhook.redelivered':
    case 'webhook.replayed':
    case 'webhook.deleted':
      return parseWebhookEventData(type, fields);
  }
}

function created(fields: EventFields) {
  return {
    key_id: fields.string('key_id'),
    name: fields.string('name'),
    description: fields.stringOrNull('description'),
    key_type: fields.oneOf('key_type', ['service', 'user']),
    environment: fields.oneOf('environment', ['live', 'test']),
    access: fields.oneOf('access', ['full', 'scoped']),
    scopes: fields.strings('scopes'),
    lifetime_seconds: fields.countOrNull('lifetime_seconds'),
    expires_at: fields.countOrNull('expires_at'),
    hint: fields.string('hint'),
    hash: fields.string('hash'),
    pepper_version: fields.count('pepper_version'),
  };
}

function rotated(fields: EventFields) {
  const successor = fields.nested('successor');
  return {
    key_id: fields.string('key_id'),
    name: fields.string('name'),
    grace_expires_at: fields.countOrNull('grace_expires_at'),
    successor: successor.done({
      key_id: successor.string('key_id'),
      lifetime_seconds: successor.countOrNull('lifetime_seconds'),
      expires_at: successor.countOrNull('expires_at'),
      hint: successor.string('hint'),
      hash: successor.string('hash'),
      pepper_version: successor.count('pepper_version'),
    }),
    changes: fields.changes('changes'),
  };
}

function transition(fields: EventFields) {
  return { key_id: fields.string('key_id'), name: fields.string('name'), changes: fields.changes('changes') };
}

function expiring(fields: EventFields) {
  return {
    key_id: fields.string('key_id'),
    name: fields.string('name'),
    expires_at: fields.count('expires_at'),
    days_left: fields.countOneOf('days_left', EXPIRY_NOTICE_DAYS),
  };
}

function exported(fields: EventFields) {
  return {
    format: fields.oneOf('format', ['csv', 'ndjson', null]),
    via: fields.oneOf('via', ['export', 'log', 'acknowledgement']),
    row_count: fields.count('row_count'),
    completed: fields.boolean('completed'),
    filters: fields.object('filters'),
  };
}

function denied(fields: EventFields) {
  return {
    code: fields.string('code'),
    count: fields.count('count'),
    required_scope: fields.stringOrNull('required_scope'),
    method: fields.string('method'),
    route: fields.string('route'),
    target_id: fields.stringOrNull('target_id'),
  };
}
