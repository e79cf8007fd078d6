import type { WebhookEvent } from '../webhook/webhook.events.js';
import type { EventCatalogueEntry } from './event-catalogue.js';

const WEBHOOK = {
  group: 'integrations',
  targetType: 'webhook',
  activityType: 'field_update',
  isEntry: true,
  upcasters: [],
} as const;

/** The types of stream `webhook-{webhook_id}`. */
export const WEBHOOK_EVENTS: Readonly<Record<WebhookEvent['type'], EventCatalogueEntry>> = {
  'webhook.created': {
    ...WEBHOOK,
    label: 'Webhook created',
    description: 'Events of some types are sent to a url from here on.',
    activityType: 'record_creation',
  },
  'webhook.updated': {
    ...WEBHOOK,
    label: 'Webhook updated',
    description: 'Url, subscribed types or description of an endpoint changed.',
  },
  'webhook.paused': {
    ...WEBHOOK,
    label: 'Webhook paused',
    description: 'Nothing is sent to an endpoint until it is activated; what happens is kept.',
  },
  'webhook.activated': {
    ...WEBHOOK,
    label: 'Webhook activated',
    description:
      'An endpoint that was paused or disabled is sent to again. What was kept is sent (`backlog` `send`) or skipped with all that is pending (`skip`), which can be asked of an active one too.',
  },
  'webhook.disabled': {
    ...WEBHOOK,
    label: 'Webhook disabled',
    description:
      'Nothing is sent to an endpoint any more: it answered 410 (`status_reason` `gone`), or nothing succeeded for days (`failing`).',
  },
  'webhook.secret_rotated': {
    ...WEBHOOK,
    label: 'Webhook secret rotated',
    description: 'An endpoint got a new signing secret; the one before it ended, at once or after an overlap.',
  },
  'webhook.tested': {
    ...WEBHOOK,
    label: 'Webhook tested',
    description: 'A delivery with a sample object was asked for.',
  },
  'webhook.redelivered': {
    ...WEBHOOK,
    label: 'Webhook delivery sent again',
    description: 'What one delivery carried was asked for once more, as a new delivery.',
  },
  'webhook.replayed': {
    ...WEBHOOK,
    label: 'Webhook events replayed',
    description: 'All events of some types in a period were asked for once more.',
  },
  'webhook.deleted': {
    ...WEBHOOK,
    label: 'Webhook deleted',
    description: 'An endpoint was taken out of every list and look-up; its history stays.',
    activityType: 'record_deletion',
  },
};
