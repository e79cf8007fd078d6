import { assertMayRead } from './assert-may-read.js';
import { validDescription, validEventTypes } from './webhook-field-rules.js';
import { WebhookIdTaken } from './webhook-id-taken.js';
import type { CreateWebhook } from './webhook.commands.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookState } from './webhook.state.js';

/**
 * A new endpoint, active. @throws DomainRejection `validation_failed`, `invalid_event_types`, `insufficient_scope`
 * @throws WebhookIdTaken when the stream holds one already
 */
export function decideCreate(command: CreateWebhook, { webhook }: WebhookState): readonly WebhookEvent[] {
  const events = validEventTypes('events', command.events);
  const description = validDescription(command.description);
  assertMayRead(command.reader, events);
  if (webhook !== null) throw new WebhookIdTaken();
  const { webhookId: webhook_id, url, secret } = command;
  const data = { webhook_id, url, events, description, secret: { secret_id: secret.secretId, hint: secret.hint } };
  return [{ type: 'webhook.created', data }];
}
