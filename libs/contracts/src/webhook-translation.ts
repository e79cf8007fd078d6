import { parseWebhookEvent, presentWebhookFacts, webhookDecider, type WebhookState } from '#libs/domain';
import type { Translation } from './translation.js';

/** Streams `webhook-{id}`. */
export const webhookTranslation: Translation<WebhookState> = {
  initialState: { orgId: null, webhook: null },

  mayTell: (type) => type === 'webhook.disabled',

  step(before, stored) {
    const event = parseWebhookEvent(stored);
    const state = webhookDecider.evolve(before, event);
    const { webhook } = state;
    const told =
      event.type === 'webhook.disabled' && webhook !== null
        ? { type: event.type, data: presentWebhookFacts(webhook) }
        : null;
    return { state, told, isLast: event.type === 'webhook.deleted' };
  },

  weight: ({ data }) => JSON.stringify(data).length,
};
