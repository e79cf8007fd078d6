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
import type { UpdateWebhook } from './webhook.commands.js';
import { webhookDecider } from './webhook.decider.js';
import type { WebhookUpdated } from './webhook.events.js';

const given = deciderSpec(webhookDecider);
const update = (fields: Partial<UpdateWebhook>): UpdateWebhook => ({
  ...{ kind: 'UpdateWebhook', webhookId: webhookId(), now: START * 1000 + 5_000, ...fields },
});
const updated = (data: Partial<WebhookUpdated['data']>): WebhookUpdated => ({
  type: 'webhook.updated',
  data: {
    ...{ webhook_id: webhookId(), url: WEBHOOK_URL, events: ['job.completed', 'job.failed'], description: null },
    ...{ changes: [], ...data },
  },
});
const other = 'https://hooks.example.com/other';

it('records what is new beside all the facts after it', () =>
  given([webhookCreated()])
    .when(update({ url: other, events: ['job.failed', 'job.failed'], description: 'Billing' }))
    .then([
      updated({
        ...{ url: other, events: ['job.failed'], description: 'Billing' },
        changes: [
          { field: 'url', before: WEBHOOK_URL, after: other },
          { field: 'events', before: ['job.completed', 'job.failed'], after: ['job.failed'] },
          { field: 'description', before: null, after: 'Billing' },
        ],
      }),
    ]));
it('clears a description', () =>
  given([webhookCreated({ description: 'Billing' })])
    .when(update({ description: null }))
    .then([updated({ changes: [{ field: 'description', before: 'Billing', after: null }] })]));
it.each([
  ['nothing is named', {}],
  ['all is as it was', { url: WEBHOOK_URL, description: null }],
  ['the types come in another order', { events: ['job.failed', 'job.completed', 'job.failed'] }],
])('writes nothing where %s', (_, fields) => given([webhookCreated()]).when(update(fields)).then([]));
it.each([
  ['paused', webhookPaused()],
  ['disabled', webhookDisabled()],
])('changes a %s endpoint too', (_, event) =>
  given([webhookCreated(), event])
    .when(update({ description: 'x' }))
    .then([updated({ description: 'x', changes: [{ field: 'description', before: null, after: 'x' }] })]),
);

it('refuses no types at all and unknown ones, before it looks whether the endpoint is there', () => {
  given([])
    .when(update({ events: [] }))
    .thenRejected('validation_failed', ['events']);
  given([])
    .when(update({ events: ['job'] }))
    .thenRejected('invalid_event_types', ['events[0]']);
  given([])
    .when(update({ description: 'x'.repeat(2001) }))
    .thenRejected('validation_failed', ['description']);
});
it('knows no other endpoint, and none that is deleted', () => {
  given([]).when(update({})).thenRejected('webhook_not_found');
  given([webhookCreated()])
    .when(update({ webhookId: webhookId(1) }))
    .thenRejected('webhook_not_found');
  given([webhookCreated(), webhookDeleted()]).when(update({})).thenRejected('webhook_not_found');
});

describe('a reader that may not read keys', () => {
  const reader = { kind: 'api_key', access: 'full', scopes: [] } as const;
  const ofKeys = webhookCreated({ events: ['job.failed', 'api_key.revoked'] });
  it('may take the types away that it could not read', () =>
    given([ofKeys])
      .when(update({ reader, events: ['job.failed'] }))
      .then([
        updated({
          events: ['job.failed'],
          changes: [{ field: 'events', before: ['job.failed', 'api_key.revoked'], after: ['job.failed'] }],
        }),
      ]));
  it('may add none, and redirect none', () => {
    given([webhookCreated()])
      .when(update({ reader, events: ['api_key.created'] }))
      .thenRejected('insufficient_scope');
    given([ofKeys])
      .when(update({ reader, url: other }))
      .thenRejected('insufficient_scope');
    given([ofKeys]).when(update({ reader })).thenRejected('insufficient_scope');
  });
});
