import { assertMayRead } from './assert-may-read.js';
import { existingWebhook } from './existing-webhook.js';
import { activated, changesBetween, disabled, paused } from './webhook-transitions.js';
import type { ActivateWebhook, DisableWebhook, PauseWebhook } from './webhook.commands.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookState } from './webhook.state.js';

/** A disabled endpoint that is paused is no longer disabled. @throws DomainRejection `webhook_not_found` */
export function decidePause(command: PauseWebhook, state: WebhookState): readonly WebhookEvent[] {
  const webhook = existingWebhook(state, command.webhookId);
  if (webhook.status === 'paused') return [];
  const changes = changesBetween(webhook, paused(webhook));
  return [{ type: 'webhook.paused', data: { webhook_id: webhook.id, url: webhook.url, changes } }];
}

/**
 * Of an active endpoint only what is pending can be skipped: an event, for somebody decided it.
 * @throws DomainRejection `webhook_not_found`, `insufficient_scope`
 */
export function decideActivate(command: ActivateWebhook, state: WebhookState): readonly WebhookEvent[] {
  const webhook = existingWebhook(state, command.webhookId);
  assertMayRead(command.reader, webhook.events);
  const { backlog } = command;
  if (webhook.status === 'active' && backlog === 'send') return [];
  const changes = changesBetween(webhook, activated(webhook));
  return [{ type: 'webhook.activated', data: { webhook_id: webhook.id, url: webhook.url, backlog, changes } }];
}

/** Whoever paused, deleted or disabled it meanwhile was faster than the policy, which then has nothing to say. */
export function decideDisable(command: DisableWebhook, { webhook }: WebhookState): readonly WebhookEvent[] {
  if (webhook?.id !== command.webhookId || webhook.deleted || webhook.status !== 'active') return [];
  const { statusReason: status_reason } = command;
  const { id: webhook_id, url, events, description } = webhook;
  const changes = changesBetween(webhook, disabled(webhook, status_reason));
  return [{ type: 'webhook.disabled', data: { webhook_id, url, status_reason, events, description, changes } }];
}
