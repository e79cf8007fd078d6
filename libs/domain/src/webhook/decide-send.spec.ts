import {
  deciderSpec,
  START,
  WEBHOOK_URL,
  webhookCreated,
  webhookDeleted,
  webhookDisabled,
  webhookId,
  webhookPaused,
} from '#libs/testing';
import type { RedeliverWebhook, ReplayWebhook, TestWebhook, WebhookCommand } from './webhook.commands.js';
import { webhookDecider } from './webhook.decider.js';

const given = deciderSpec(webhookDecider);
const now = START * 1000;
const endpoint = { webhook_id: webhookId(), url: WEBHOOK_URL };
const made = webhookCreated();

const test = (fields: Partial<TestWebhook> = {}): TestWebhook => ({
  ...{
    kind: 'TestWebhook',
    webhookId: webhookId(),
    deliveryId: 'dlv_new',
    eventType: 'api_key.created',
    now,
    ...fields,
  },
});
const redeliver = (fields: Partial<RedeliverWebhook> = {}): RedeliverWebhook => ({
  ...{ kind: 'RedeliverWebhook', webhookId: webhookId(), deliveryId: 'dlv_new', redeliveryOf: 'dlv_old' },
  ...{ eventId: 'evt_1', eventType: 'job.completed', now, ...fields },
});
const replay = (fields: Partial<ReplayWebhook> = {}): ReplayWebhook => ({
  ...{ kind: 'ReplayWebhook', webhookId: webhookId(), replayId: 'rpl_1', since: START - 60, until: START },
  ...{ eventTypes: ['job.failed', 'job.completed', 'job.failed'], count: 3, now, ...fields },
});
const asked = {
  delivery_id: 'dlv_new',
  redelivery_of: 'dlv_old',
  event_id: 'evt_1',
  event_type: 'job.completed',
} as const;
const period = { replay_id: 'rpl_1', since: START - 60, until: START };
const replayed = { ...endpoint, ...period, event_types: ['job.completed', 'job.failed'], count: 3 } as const;

it('asks for a test with a sample of any type, subscribed to or not', () =>
  given([made])
    .when(test())
    .then([{ type: 'webhook.tested', data: { ...endpoint, delivery_id: 'dlv_new', event_type: 'api_key.created' } }]));
it('tests nothing where nothing is sent', () => {
  given([made, webhookPaused()]).when(test()).thenRejected('webhook_paused');
  given([made, webhookDisabled()]).when(test()).thenRejected('webhook_disabled');
});

it.each([
  ['an active', [made]],
  ['a paused', [made, webhookPaused()]],
  ['a disabled', [made, webhookDisabled()]],
])('has %s endpoint sent one delivery again, and a period', (_, history) => {
  given(history)
    .when(redeliver())
    .then([{ type: 'webhook.redelivered', data: { ...endpoint, ...asked } }]);
  given(history)
    .when(replay())
    .then([{ type: 'webhook.replayed', data: replayed }]);
});
it('replays a period in which nothing happened, and records it', () =>
  given([made])
    .when(replay({ count: 0 }))
    .then([{ type: 'webhook.replayed', data: { ...replayed, count: 0 } }]));

it.each([
  [{ since: START, until: START }, 'since'],
  [{ since: START + 1 }, 'since'],
  [{ since: -1 }, 'since'],
  [{ since: 0.5 }, 'since'],
  [{ until: Infinity }, 'until'],
  [{ count: -1 }, 'count'],
  [{ eventTypes: [] }, 'event_types'],
])('refuses to replay %j', (fields, field) =>
  given([made]).when(replay(fields)).thenRejected('validation_failed', [field]),
);
it('refuses types that there are not', () => {
  given([])
    .when(test({ eventType: 'job' }))
    .thenRejected('invalid_event_types', ['event_type']);
  given([])
    .when(redeliver({ eventType: '' }))
    .thenRejected('invalid_event_types', ['event_type']);
  given([])
    .when(replay({ eventTypes: ['job.failed', 'x'] }))
    .thenRejected('invalid_event_types', ['event_types[1]']);
});

it.each<[string, WebhookCommand]>([
  ['test', test()],
  ['redeliver to', redeliver()],
  ['replay to', replay()],
])('refuses to %s what is not there, or no longer', (_, command) => {
  given([]).when(command).thenRejected('webhook_not_found');
  given([made])
    .when({ ...command, webhookId: webhookId(1) })
    .thenRejected('webhook_not_found');
  given([made, webhookDeleted()]).when(command).thenRejected('webhook_not_found');
});

describe('a reader that may not read keys', () => {
  const reader = { kind: 'api_key', access: 'full', scopes: [] } as const;
  const ofKeys = webhookCreated({ events: ['api_key.created'] });
  it.each<[string, WebhookCommand]>([
    ['tests', test({ reader, eventType: 'job.failed' })],
    ['has redelivered', redeliver({ reader })],
    ['has replayed', replay({ reader })],
  ])('%s nothing of an endpoint that is sent keys', (_, command) =>
    given([ofKeys]).when(command).thenRejected('insufficient_scope'),
  );
  it('has no key sent again to an endpoint that subscribes to none any more', () => {
    given([made])
      .when(redeliver({ reader, eventType: 'api_key.created' }))
      .thenRejected('insufficient_scope');
    given([made])
      .when(replay({ reader, eventTypes: ['job.failed', 'api_key.created'] }))
      .thenRejected('insufficient_scope');
  });
  it('may test with a sample of a key, which is nobody’s', () =>
    given([made])
      .when(test({ reader }))
      .then([
        { type: 'webhook.tested', data: { ...endpoint, delivery_id: 'dlv_new', event_type: 'api_key.created' } },
      ]));
});
