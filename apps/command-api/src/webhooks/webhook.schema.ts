import { INTEGRATION_EVENT_TYPES } from '#libs/domain';
import { count, listOf, objectOf, seconds, text } from '../http/json-schema.js';
import type { JsonSchema } from '../http/route-contract.js';

const eventType: JsonSchema = { enum: INTEGRATION_EVENT_TYPES };
const secret: JsonSchema = { type: 'string', description: 'Shown here and nowhere else. Store it now.' };
const warnings: JsonSchema = {
  ...listOf({ enum: ['unresolved'] }),
  description: '`unresolved`: the name in the url leads nowhere now; it is looked up again at every delivery.',
};

const lastDelivery = objectOf({
  at: seconds('When it was tried.'),
  status: { enum: ['pending', 'delivered', 'failed', 'skipped'] },
  response_status: { type: ['integer', 'null'] },
});

const properties = {
  id: { type: 'string', pattern: '^whk_[0-9A-Za-z]{20}$' },
  url: text,
  events: listOf(eventType),
  description: { type: ['string', 'null'] },
  status: { enum: ['active', 'paused', 'disabled'] },
  status_reason: {
    enum: ['gone', 'failing', null],
    description: 'Why it is disabled: it answered 410, or nothing succeeded for five days.',
  },
  secret_hint: { type: 'string', description: 'Enough of the newest secret to recognise it by.' },
  created_at: seconds('When it was made.'),
  updated_at: seconds('When it was changed last.'),
  last_delivery: { oneOf: [lastDelivery, { type: 'null' }] },
  success_rate_24h: {
    type: ['number', 'null'],
    ...{ minimum: 0, maximum: 1 },
    description: 'Attempts answered with 2xx, of all but tests; null without one.',
  },
  backlog: { ...count, description: 'Deliveries that are pending.' },
} satisfies Readonly<Record<string, JsonSchema>>;

/** An endpoint as every answer shows it. */
export const webhookSchema = objectOf(properties);

/** The answer to a creation: the endpoint and, this once, its secret. */
export const createdWebhookSchema = objectOf({ ...properties, secret, warnings });

/** The answer to a change. */
export const updatedWebhookSchema = objectOf({ ...properties, warnings });

/** The answer to a rotation: the endpoint and, this once, its new secret. */
export const rotatedWebhookSchema = objectOf({ ...properties, secret });

const attempt = objectOf({
  attempted_at: seconds('When it began.'),
  duration_ms: count,
  response_status: { type: ['integer', 'null'] },
  error_class: { enum: ['dns', 'connect', 'tls', 'timeout', 'redirect', 'status', 'blocked', 'reset', null] },
  response_body: { type: ['string', 'null'], description: 'Its first 4 KiB.' },
});

/** A delivery as every answer shows it. */
export const deliverySchema = objectOf({
  id: { type: 'string', pattern: '^dlv_[0-9A-Za-z]{20}$' },
  event_id: { type: 'string', description: 'The `webhook-id` of the message, the same at every endpoint.' },
  event_type: eventType,
  sequence: {
    type: ['integer', 'null'],
    description: "The endpoint's own number of the event, from 1 without a gap; null for a test.",
  },
  status: { enum: ['pending', 'delivered', 'failed', 'skipped'] },
  test: { type: 'boolean' },
  redelivery_of: { type: ['string', 'null'] },
  created_at: seconds('When it was made.'),
  next_attempt_at: { type: ['integer', 'null'], description: 'While it is pending. Unix seconds.' },
  attempts: listOf(attempt),
});
