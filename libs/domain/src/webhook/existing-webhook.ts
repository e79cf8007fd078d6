import { DomainRejection } from '../domain-rejection.js';
import type { WebhookFacts, WebhookState } from './webhook.state.js';

/** @throws DomainRejection `webhook_not_found` for an id that the stream does not hold, or no longer */
export function existingWebhook({ webhook }: WebhookState, webhookId: string): WebhookFacts {
  if (webhook?.id !== webhookId || webhook.deleted) {
    throw new DomainRejection('webhook_not_found', 'Webhook endpoint not found.');
  }
  return webhook;
}
