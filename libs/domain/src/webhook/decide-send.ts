import { DomainRejection } from '../domain-rejection.js';
import { wholeNumber } from '../field-rules.js';
import { assertMayRead } from './assert-may-read.js';
import { existingWebhook } from './existing-webhook.js';
import { validEventType, validEventTypes, validPeriod } from './webhook-field-rules.js';
import type { RedeliverWebhook, ReplayWebhook, TestWebhook } from './webhook.commands.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookState } from './webhook.state.js';

/*
 * What somebody asks to have sent. None of these changes the endpoint; they are events so that the log says who asked,
 * and so that what is sent follows from the log alone.
 */

/**
 * A test is to show whether deliveries arrive now, so it is refused where none are sent.
 * @throws DomainRejection `invalid_event_types`, `webhook_not_found`, `insufficient_scope`, `webhook_paused`,
 *   `webhook_disabled`
 */
export function decideTest(command: TestWebhook, state: WebhookState): readonly WebhookEvent[] {
  const event_type = validEventType(command.eventType);
  const { id: webhook_id, url, events, status } = existingWebhook(state, command.webhookId);
  assertMayRead(command.reader, events);
  if (status === 'paused') throw new DomainRejection('webhook_paused', 'Webhook endpoint is paused.');
  if (status === 'disabled') throw new DomainRejection('webhook_disabled', 'Webhook endpoint is disabled.');
  return [{ type: 'webhook.tested', data: { webhook_id, url, delivery_id: command.deliveryId, event_type } }];
}

/**
 * In every status: while nothing is sent, it waits like all else. The type counts beside those that the endpoint has now:
 * what it was sent once may be what it no longer subscribes to.
 * @throws DomainRejection `invalid_event_types`, `webhook_not_found`, `insufficient_scope`
 */
export function decideRedeliver(command: RedeliverWebhook, state: WebhookState): readonly WebhookEvent[] {
  const event_type = validEventType(command.eventType);
  const { id: webhook_id, url, events } = existingWebhook(state, command.webhookId);
  assertMayRead(command.reader, [...events, event_type]);
  const { deliveryId: delivery_id, redeliveryOf: redelivery_of, eventId: event_id } = command;
  return [{ type: 'webhook.redelivered', data: { webhook_id, url, delivery_id, redelivery_of, event_id, event_type } }];
}

/**
 * In every status, as a redelivery.
 * @throws DomainRejection `validation_failed`, `invalid_event_types`, `webhook_not_found`, `insufficient_scope`
 */
export function decideReplay(command: ReplayWebhook, state: WebhookState): readonly WebhookEvent[] {
  const event_types = validEventTypes('event_types', command.eventTypes).toSorted();
  const { since, until } = validPeriod(command.since, command.until);
  const count = wholeNumber('count', command.count, 0, Number.MAX_SAFE_INTEGER);
  const { id: webhook_id, url, events } = existingWebhook(state, command.webhookId);
  assertMayRead(command.reader, [...events, ...event_types]);
  const { replayId: replay_id } = command;
  return [{ type: 'webhook.replayed', data: { webhook_id, url, replay_id, since, until, event_types, count } }];
}
