import type { JsonObject } from '../json.js';
import type { WebhookEvent } from '../webhook/webhook.events.js';

/** What the entry of an endpoint's event says beside its changes: what was asked to be sent, and for how long two sign. */
export function webhookDetails(event: WebhookEvent): JsonObject {
  switch (event.type) {
    case 'webhook.activated':
      return { backlog: event.data.backlog };
    case 'webhook.secret_rotated': {
      const { overlap_seconds, previous } = event.data;
      return { overlap_seconds, previous_ends_at: previous?.ends_at ?? null };
    }
    case 'webhook.tested': {
      const { delivery_id, event_type } = event.data;
      return { delivery_id, event_type };
    }
    case 'webhook.redelivered': {
      const { delivery_id, redelivery_of, event_id, event_type } = event.data;
      return { delivery_id, redelivery_of, event_id, event_type };
    }
    case 'webhook.replayed': {
      const { replay_id, since, until, event_types, count } = event.data;
      return { replay_id, since, until, event_types, count };
    }
    case 'webhook.created':
    case 'webhook.updated':
    case 'webhook.paused':
    case 'webhook.disabled':
    case 'webhook.deleted':
      return {};
  }
}
