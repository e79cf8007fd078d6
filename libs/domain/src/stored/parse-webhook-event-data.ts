import { INTEGRATION_EVENT_TYPES } from '../webhook/integration-event-types.js';
import type { WebhookEvent } from '../webhook/webhook.events.js';
import type { EventFields } from './event-fields.js';

/** The data of an event of stream `webhook-{webhook_id}`. @throws MalformedEvent */
export function parseWebhookEventData(type: WebhookEvent['type'], fields: EventFields): WebhookEvent {
  const endpoint = { webhook_id: fields.string('webhook_id'), url: fields.string('url') };
  switch (type) {
    case 'webhook.created':
      return { type, data: fields.done({ ...endpoint, ...subscription(fields), secret: secret(fields) }) };
    case 'webhook.updated':
      return { type, data: fields.done({ ...endpoint, ...subscription(fields), changes: fields.changes('changes') }) };
    case 'webhook.paused':
      return { type, data: fields.done({ ...endpoint, changes: fields.changes('changes') }) };
    case 'webhook.activated': {
      const backlog = fields.oneOf('backlog', ['send', 'skip']);
      return { type, data: fields.done({ ...endpoint, backlog, changes: fields.changes('changes') }) };
    }
    case 'webhook.disabled': {
      const status_reason = fields.oneOf('status_reason', ['gone', 'failing']);
      const facts = { ...endpoint, status_reason, ...subscription(fields) };
      return { type, data: fields.done({ ...facts, changes: fields.changes('changes') }) };
    }
    case 'webhook.secret_rotated':
      return { type, data: fields.done({ ...endpoint, ...rotation(fields) }) };
    case 'webhook.tested':
      return { type, data: fields.done({ ...endpoint, ...delivery(fields) }) };
    case 'webhook.redelivered': {
      const again = { redelivery_of: fields.string('redelivery_of'), event_id: fields.string('event_id') };
      return { type, data: fields.done({ ...endpoint, ...delivery(fields), ...again }) };
    }
    case 'webhook.replayed':
      return { type, data: fields.done({ ...endpoint, ...replay(fields) }) };
    case 'webhook.deleted':
      return { type, data: fields.done(endpoint) };
  }
}

function subscription(fields: EventFields) {
  return {
    events: fields.eachOneOf('events', INTEGRATION_EVENT_TYPES),
    description: fields.stringOrNull('description'),
  };
}

function secret(fields: EventFields) {
  const parts = fields.nested('secret');
  return parts.done({ secret_id: parts.string('secret_id'), hint: parts.string('hint') });
}

function rotation(fields: EventFields) {
  const parts = fields.nestedOrNull('previous');
  return {
    secret: secret(fields),
    overlap_seconds: fields.count('overlap_seconds'),
    previous: parts?.done({ secret_id: parts.string('secret_id'), ends_at: parts.count('ends_at') }) ?? null,
    changes: fields.changes('changes'),
  };
}

function delivery(fields: EventFields) {
  return {
    delivery_id: fields.string('delivery_id'),
    event_type: fields.oneOf('event_type', INTEGRATION_EVENT_TYPES),
  };
}

function replay(fields: EventFields) {
  return {
    replay_id: fields.string('replay_id'),
    since: fields.count('since'),
    until: fields.count('until'),
    event_types: fields.eachOneOf('event_types', INTEGRATION_EVENT_TYPES),
    count: fields.count('count'),
  };
}
