import {
  deciderSpec,
  secretReference,
  START,
  WEBHOOK_URL,
  webhookCreated,
  webhookDeleted,
  webhookId,
} from '#libs/testing';
import type { CreateWebhook } from './webhook.commands.js';
import { WebhookIdTaken } from './webhook-id-taken.js';
import { webhookDecider } from './webhook.decider.js';
import type { WebhookCreated } from './webhook.events.js';

const given = deciderSpec(webhookDecider);

function create(fields: Partial<CreateWebhook> = {}): CreateWebhook {
  const { secret_id: secretId, hint } = secretReference();
  return {
    ...{ kind: 'CreateWebhook', webhookId: webhookId(), url: WEBHOOK_URL, events: ['job.completed', 'job.failed'] },
    ...{ description: null, secret: { secretId, hint }, now: START * 1000, ...fields },
  };
}

function created(data: Partial<WebhookCreated['data']> = {}): WebhookCreated {
  const { type, data: whole } = webhookCreated(data);
  return { type, data: whole };
}

it('makes an endpoint of what is asked for', () => given([]).when(create()).then([created()]));
it('keeps the types in their order, each once', () =>
  given([])
    .when(create({ events: ['webhook.disabled', 'job.failed', 'webhook.disabled'], description: 'two\nlines' }))
    .then([created({ events: ['webhook.disabled', 'job.failed'], description: 'two\nlines' })]));
it('names the event’s data in the order of the catalogue', () => {
  const [event] = webhookDecider.decide(create(), webhookDecider.initialState);
  expect(Object.keys(event?.data ?? {})).toEqual(['webhook_id', 'url', 'events', 'description', 'secret']);
});

it('refuses an endpoint without a type', () =>
  given([])
    .when(create({ events: [] }))
    .thenRejected('validation_failed', ['events']));
it('refuses types that there are not, and says which', () =>
  given([])
    .when(create({ events: ['job.completed', 'job.submitted'] }))
    .thenRejected('invalid_event_types', ['events[1]']));
it.each(['*', 'job.*', 'toString', ''])('refuses %j as a type', (type) =>
  given([])
    .when(create({ events: [type] }))
    .thenRejected('invalid_event_types'),
);
it.each(['x'.repeat(2001), 'a\u0000b'])('refuses a description that is too long or has control characters', (text) =>
  given([])
    .when(create({ description: text }))
    .thenRejected('validation_failed', ['description']),
);

it.each([
  [{ access: 'full', scopes: [] }, ['job.completed', 'webhook.disabled'], null],
  [{ access: 'full', scopes: [] }, ['job.completed', 'api_key.revoked'], 'keys:manage'],
  [{ access: 'scoped', scopes: ['webhooks:write'] }, ['job.progress'], 'jobs:read'],
  [{ access: 'scoped', scopes: ['webhooks:write'] }, ['webhook.disabled'], 'webhooks:read'],
  [{ access: 'scoped', scopes: ['keys:manage'] }, ['api_key.created', 'job.failed'], 'jobs:read'],
  [{ access: 'scoped', scopes: ['keys:manage', 'jobs:*'] }, ['api_key.created', 'job.failed'], null],
] as const)('lets a key with %j subscribe to %j only if it could read what they show', (grant, events, missing) => {
  const command = create({ events, reader: { kind: 'api_key', ...grant } });
  if (missing === null)
    return given([])
      .when(command)
      .then([created({ events })]);
  given([]).when(command).thenRejected('insufficient_scope');
  expect(() => webhookDecider.decide(command, webhookDecider.initialState)).toThrow(`only ${missing} may read`);
});
it('lets an admin subscribe to everything', () =>
  given([])
    .when(create({ events: ['api_key.deleted'], reader: { kind: 'admin' } }))
    .then([created({ events: ['api_key.deleted'] })]));

it('knows an id that is taken, also by one that is gone', () => {
  given([webhookCreated()]).when(create()).thenThrows(WebhookIdTaken);
  given([webhookCreated(), webhookDeleted()]).when(create()).thenThrows(WebhookIdTaken);
});
