import { webhookStreams, type CommandOutcome } from '#libs/commands';
import type { Recorded, WebhookRedelivered, WebhookState, WebhookTested } from '#libs/domain';
import { toPosition } from '#libs/event-store';
import { SILENT } from '#libs/observability';
import { recorded, START, webhookId, WEBHOOK_URL } from '#libs/testing';
import type { DeliveryView } from '#libs/webhook-deliveries';
import { RequestedDeliveries, type RequestedDeliveriesOptions } from './requested-deliveries.js';

const POSITION = toPosition(7n);
const EVENT_ID = '0f3c0000-0000-5000-8000-000000000001';

function outcomeOf(event: Recorded<WebhookTested | WebhookRedelivered>): CommandOutcome<WebhookState> {
  const stored = { ...event, id: EVENT_ID, stream: 's', revision: 1, position: POSITION, recordedAt: 0 };
  return { state: webhookStreams.decider.initialState, events: [stored], position: POSITION, decidedAt: 0 };
}

const made = { id: 'dlv_made' } as DeliveryView;
const requested = (options: Partial<RequestedDeliveriesOptions> = {}): RequestedDeliveries =>
  new RequestedDeliveries({
    ...{ deliveries: { get: () => Promise.resolve(made) }, waitFor: () => Promise.resolve(true) },
    ...{ waitMs: 10, logger: SILENT, ...options },
  });

const endpoint = { webhook_id: webhookId(), url: WEBHOOK_URL };
const asked = { delivery_id: 'dlv_AbCdEfGh123456780001', event_type: 'job.failed' } as const;
const test = recorded<WebhookTested>({ type: 'webhook.tested', data: { ...endpoint, ...asked } });
const ofFirst = { redelivery_of: 'dlv_AbCdEfGh123456780000', event_id: 'evt_00000000000050008000000000000002' };
const redelivery = recorded<WebhookRedelivered>({
  type: 'webhook.redelivered',
  data: { ...endpoint, ...asked, ...ofFirst },
});
const asTested = {
  ...{ id: asked.delivery_id, event_id: 'evt_0f3c0000000050008000000000000001', event_type: 'job.failed' },
  ...{ sequence: null, status: 'pending', test: true, redelivery_of: null },
  ...{ created_at: START, next_attempt_at: START, attempts: [] },
};

it('answers the delivery that was made', async () => {
  expect(await requested().deliveryOf('whk', outcomeOf(test), null)).toBe(made);
});

it.each<[string, Partial<RequestedDeliveriesOptions>]>([
  ['is late', { waitFor: () => Promise.resolve(false) }],
  ['cannot be waited for', { waitFor: () => Promise.reject(new Error('away')) }],
  ['cannot be read', { deliveries: { get: () => Promise.reject(new Error('away')) } }],
  ['is not there', { deliveries: { get: () => Promise.resolve(null) } }],
])('answers the delivery as it was asked for where it %s', async (_, options) => {
  expect(await requested(options).deliveryOf('whk', outcomeOf(test), null)).toMatchObject(asTested);
});

it('knows of a redelivery what the first one was', async () => {
  const late = requested({ waitFor: () => Promise.resolve(false) });
  const first = { sequence: 41, test: false } as DeliveryView;
  expect(await late.deliveryOf('whk', outcomeOf(redelivery), first)).toMatchObject({
    ...{ id: asked.delivery_id, sequence: 41, test: false, ...ofFirst },
  });
});

it('looks nowhere for what is no id', async () => {
  const get = () => Promise.reject(new Error('asked'));
  const none = requested({ deliveries: { get } });
  expect(await none.find('org_a', 'whk_00000000000000000000', 'x')).toBeNull();
  expect(await none.find('org_a', 'x', 'dlv_00000000000000000000')).toBeNull();
});
