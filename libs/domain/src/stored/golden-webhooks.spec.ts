import { goldenEvent, shapeOf } from '#libs/testing';
import type { WebhookCommand } from '../webhook/webhook.commands.js';
import { webhookDecider } from '../webhook/webhook.decider.js';
import type { WebhookEvent } from '../webhook/webhook.events.js';
import { parseWebhookEvent } from './parse-stored-event.js';
import { WEBHOOK_EVENTS } from './webhook-event-catalogue.js';

/* The golden files of webhooks are, in this order, the history of one endpoint. */
const LIFE: readonly WebhookEvent['type'][] = [
  ...(['webhook.created', 'webhook.updated', 'webhook.secret_rotated', 'webhook.tested'] as const),
  ...(['webhook.redelivered', 'webhook.replayed', 'webhook.disabled', 'webhook.paused'] as const),
  ...(['webhook.activated', 'webhook.deleted'] as const),
];
const START = 1_767_225_600;
const id = 'whk_4TgHy7UjKm2WsXe9RfVb';

const fold = (life: typeof LIFE) =>
  life
    .map((type) => parseWebhookEvent(goldenEvent(type)))
    .reduce((state, event) => webhookDecider.evolve(state, event), webhookDecider.initialState);

it('tells the life of every type', () => expect([...LIFE].sort()).toEqual(Object.keys(WEBHOOK_EVENTS).sort()));

it('folds the golden history into the state that it meant when it was written', () => {
  const disabled = fold(LIFE.slice(0, LIFE.indexOf('webhook.disabled') + 1));
  const facts = {
    ...{ id, url: 'https://hooks.example.com/v2', events: ['job.completed', 'job.failed'], description: 'Billing' },
    secrets: [
      { secretId: 'whs_9OlKi3JuYhN6BgTrFvCd', hint: 'whsec_7PwQ…3x8A', endsAt: null },
      { secretId: 'whs_1QaZx5SwEdC8RfVtGbYh', hint: 'whsec_2YkL…cdef', endsAt: START + 86_420 },
    ],
    createdAt: START,
  };
  expect(disabled).toEqual({
    orgId: 'org_7QpR',
    webhook: { ...facts, status: 'disabled', statusReason: 'failing', updatedAt: START + 60, deleted: false },
  });
  expect(fold(LIFE).webhook).toEqual({
    ...{ ...facts, status: 'active', statusReason: null, updatedAt: START + 90, deleted: true },
  });
});

it.each(LIFE)('the present code writes %s with the fields of its golden file', (type) => {
  const stored = goldenEvent(type);
  const command = commandFor(type, Date.parse(stored.metadata.occurred_at));
  const [written] = webhookDecider.decide(command, fold(LIFE.slice(0, LIFE.indexOf(type))));
  expect(written?.type).toBe(type);
  expect(shapeOf(written?.data ?? null)).toEqual(shapeOf(stored.data));
});

function commandFor(type: WebhookEvent['type'], now: number): WebhookCommand {
  const target = { webhookId: id, now };
  const secret = { secretId: 's', hint: 'h' };
  const eventType = 'job.failed';
  switch (type) {
    case 'webhook.created': {
      const facts = { url: 'https://a.example', events: ['job.failed', 'job.completed'], description: 'd' };
      return { kind: 'CreateWebhook', ...target, ...facts, secret };
    }
    case 'webhook.updated':
      return { kind: 'UpdateWebhook', ...target, url: 'https://b.example', events: ['job.failed', 'job.progress'] };
    case 'webhook.secret_rotated':
      return { kind: 'RotateWebhookSecret', ...target, secret, overlapSeconds: 1 };
    case 'webhook.tested':
      return { kind: 'TestWebhook', ...target, deliveryId: 'd', eventType };
    case 'webhook.redelivered':
      return { kind: 'RedeliverWebhook', ...target, deliveryId: 'd', redeliveryOf: 'd', eventId: 'e', eventType };
    case 'webhook.replayed': {
      const period = { since: 1, until: 2, eventTypes: ['job.failed', 'job.completed'], count: 1 };
      return { kind: 'ReplayWebhook', ...target, replayId: 'r', ...period };
    }
    case 'webhook.disabled':
      return { kind: 'DisableWebhook', ...target, statusReason: 'gone' };
    case 'webhook.paused':
      return { kind: 'PauseWebhook', ...target };
    case 'webhook.activated':
      return { kind: 'ActivateWebhook', ...target, backlog: 'send' };
    case 'webhook.deleted':
      return { kind: 'DeleteWebhook', ...target };
  }
}
