import type { WebhookEvent } from '../webhook/webhook.events.js';
import { listed } from './listed.js';

/** What was done to a webhook endpoint, as the summary of an entry says it behind who did it. */
export function webhookDeed(event: WebhookEvent): string {
  const endpoint = `webhook "${event.data.url}"`;
  switch (event.type) {
    case 'webhook.created':
      return `created ${endpoint}`;
    case 'webhook.updated':
      return `changed ${listed(event.data.changes.map(({ field }) => field))} of ${endpoint}`;
    case 'webhook.paused':
      return `paused ${endpoint}`;
    case 'webhook.activated': {
      const { backlog, changes } = event.data;
      if (changes.length === 0) return `skipped what was pending for ${endpoint}`;
      return `activated ${endpoint}${backlog === 'skip' ? ' and skipped what was pending' : ''}`;
    }
    case 'webhook.disabled':
      return `disabled ${endpoint} (${event.data.status_reason})`;
    case 'webhook.secret_rotated':
      return `rotated the secret of ${endpoint}`;
    case 'webhook.tested':
      return `tested ${endpoint} with ${event.data.event_type}`;
    case 'webhook.redelivered':
      return `sent ${event.data.redelivery_of} (${event.data.event_type}) to ${endpoint} again`;
    case 'webhook.replayed': {
      const { count } = event.data;
      return `replayed ${count === 1 ? '1 event' : `${count} events`} to ${endpoint}`;
    }
    case 'webhook.deleted':
      return `deleted ${endpoint}`;
  }
}
