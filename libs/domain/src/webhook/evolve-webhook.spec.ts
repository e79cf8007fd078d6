import {
  recorded,
  secretReference,
  START,
  WEBHOOK_URL,
  webhookActivated,
  webhookCreated,
  webhookDeleted,
  webhookDisabled,
  webhookId,
  webhookPaused,
  webhookSecretRotated,
  webhookUpdated,
} from '#libs/testing';
import type { Recorded } from '../recorded.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import { presentWebhook, presentWebhookFacts } from './present-webhook.js';
import { webhookDecider } from './webhook.decider.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookFacts } from './webhook.state.js';

const fold = (...events: readonly Recorded<WebhookEvent>[]) =>
  events.reduce((state, event) => webhookDecider.evolve(state, event), webhookDecider.initialState);
function facts(...events: readonly Recorded<WebhookEvent>[]): WebhookFacts {
  const { webhook } = fold(...events);
  if (webhook === null) throw new Error('nothing made it');
  return webhook;
}
const made = webhookCreated();
const at = { at: START + 9.9 };
const first = { secretId: secretReference(0).secret_id, hint: secretReference(0).hint, endsAt: null };
const base: WebhookFacts = {
  ...{ id: webhookId(), url: WEBHOOK_URL, events: ['job.completed', 'job.failed'], description: null },
  ...{ status: 'active', statusReason: null, secrets: [first], createdAt: START, updatedAt: START, deleted: false },
};

it('begins active, with one secret', () => expect(fold(made)).toEqual({ orgId: 'org_a', webhook: base }));

it.each<[string, Recorded<WebhookEvent>, Partial<WebhookFacts>]>([
  ['updated', webhookUpdated({ url: 'https://b.example' }, at), { url: 'https://b.example', description: 'Billing' }],
  ['paused', webhookPaused(at), { status: 'paused' }],
  ['disabled', webhookDisabled({ status_reason: 'gone' }, at), { status: 'disabled', statusReason: 'gone' }],
  ['deleted', webhookDeleted(at), { deleted: true }],
])('is %s at that second', (_, event, changed) =>
  expect(facts(made, event)).toEqual({ ...base, ...changed, updatedAt: START + 9 }),
);

it('forgets why it was disabled when it is activated, or paused', () => {
  expect(facts(made, webhookDisabled(), webhookActivated(at))).toEqual({ ...base, updatedAt: START + 9 });
  expect(facts(made, webhookDisabled(), webhookPaused(at))).toMatchObject({ status: 'paused', statusReason: null });
});

it('is not changed by what is sent, nor by an activation that changes nothing', () => {
  const endpoint = { webhook_id: webhookId(), url: WEBHOOK_URL };
  const [delivery_id, event_type] = ['dlv_1', 'job.failed'] as const;
  const again = { delivery_id, event_type, redelivery_of: 'dlv_0', event_id: 'evt_0' };
  const period = { replay_id: 'rpl_1', since: 0, until: 1, event_types: [event_type], count: 0 };
  const events: readonly WebhookEvent[] = [
    { type: 'webhook.tested', data: { ...endpoint, delivery_id, event_type } },
    { type: 'webhook.redelivered', data: { ...endpoint, ...again } },
    { type: 'webhook.replayed', data: { ...endpoint, ...period } },
    { type: 'webhook.activated', data: { ...endpoint, backlog: 'skip', changes: [] } },
  ];
  for (const event of events) expect(facts(made, recorded(event, at))).toEqual(base);
});

it('keeps two secrets, the newest first', () => {
  const again = webhookSecretRotated({
    secret: secretReference(2),
    previous: { secret_id: secretReference(1).secret_id, ends_at: START + 7 },
  });
  expect(facts(made, webhookSecretRotated(), again).secrets).toEqual([
    { secretId: secretReference(2).secret_id, hint: secretReference(2).hint, endsAt: null },
    { secretId: secretReference(1).secret_id, hint: secretReference(1).hint, endsAt: START + 7 },
  ]);
});

it.each<[string, readonly Recorded<WebhookEvent>[]]>([
  ['without a first one', [webhookPaused()]],
  ['that makes it again', [made, made]],
  ['of another endpoint', [made, webhookPaused({}, webhookId(1))]],
  ['after its deletion', [made, webhookDeleted(), webhookPaused()]],
  ['at no time', [{ ...made, metadata: { ...made.metadata, occurred_at: 'soon' } }]],
])('refuses an event %s', (_, events) => {
  expect(() => fold(...events)).toThrow(MalformedEvent);
});

it('shows what the log says, and what deliveries say beside it, and no reference to a secret', () => {
  const webhook = facts(made, webhookDisabled({}, at));
  const shown = {
    ...{ id: webhookId(), url: WEBHOOK_URL, events: ['job.completed', 'job.failed'], description: null },
    ...{ status: 'disabled', status_reason: 'failing', secret_hint: secretReference(0).hint },
    ...{ created_at: START, updated_at: START + 9 },
  };
  expect(presentWebhookFacts(webhook)).toEqual(shown);
  const lastDelivery = { at: START, status: 'failed', response_status: 500 };
  const presented = presentWebhook(webhook, { lastDelivery, successRate24h: 0.5, backlog: 3 });
  expect(presented).toEqual({ ...shown, last_delivery: lastDelivery, success_rate_24h: 0.5, backlog: 3 });
  expect(JSON.stringify(presented)).not.toContain('whs_');
});
