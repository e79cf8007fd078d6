import { assertMayRead } from './assert-may-read.js';
import { existingWebhook } from './existing-webhook.js';
import { validDescription, validEventTypes } from './webhook-field-rules.js';
import { changesBetween } from './webhook-transitions.js';
import type { UpdateWebhook } from './webhook.commands.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookFacts, WebhookState } from './webhook.state.js';

/**
 * Only what really changes is recorded; nothing changed is no event. In every status.
 * @throws DomainRejection `validation_failed`, `invalid_event_types`, `webhook_not_found`, `insufficient_scope`
 */
export function decideUpdate(command: UpdateWebhook, state: WebhookState): readonly WebhookEvent[] {
  const given = {
    ...(command.url === undefined ? {} : { url: command.url }),
    ...(command.events === undefined ? {} : { events: validEventTypes('events', command.events) }),
    ...(command.description === undefined ? {} : { description: validDescription(command.description) }),
  };
  const before = existingWebhook(state, command.webhookId);
  const after: WebhookFacts = { ...before, ...given };
  assertMayRead(command.reader, after.events);
  const changes = changesBetween(before, after);
  if (changes.length === 0) return [];
  const { id: webhook_id, url, events, description } = after;
  return [{ type: 'webhook.updated', data: { webhook_id, url, events, description, changes } }];
}
