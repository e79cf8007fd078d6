import {
  deciderSpec,
  START,
  WEBHOOK_URL,
  webhookActivated,
  webhookCreated,
  webhookDeleted,
  webhookDisabled,
  webhookId,
  webhookPaused,
} from '#libs/testing';
import type { WebhookCommand } from './webhook.commands.js';
import { webhookDecider } from './webhook.decider.js';
import type { Backlog, WebhookEvent } from './webhook.events.js';

const given = deciderSpec(webhookDecider);
const now = START * 1000;
const endpoint = { webhook_id: webhookId(), url: WEBHOOK_URL };
const pause: WebhookCommand = { kind: 'PauseWebhook', webhookId: webhookId(), now };
const activate = (backlog: Backlog = 'send'): WebhookCommand => ({
  ...{ kind: 'ActivateWebhook', webhookId: webhookId(), backlog, now },
});
const disable = (statusReason: 'gone' | 'failing' = 'failing'): WebhookCommand => ({
  ...{ kind: 'DisableWebhook', webhookId: webhookId(), statusReason, now },
});
const remove: WebhookCommand = { kind: 'DeleteWebhook', webhookId: webhookId(), now };
const status = (before: string, after: string) => ({ field: 'status', before, after });
const reason = (before: string | null, after: string | null) => ({ field: 'status_reason', before, after });
const made = webhookCreated();

it('pauses an active endpoint', () =>
  given([made])
    .when(pause)
    .then([{ type: 'webhook.paused', data: { ...endpoint, changes: [status('active', 'paused')] } }]));
it('pauses a disabled one, which is disabled no longer', () =>
  given([made, webhookDisabled()])
    .when(pause)
    .then([
      {
        type: 'webhook.paused',
        data: { ...endpoint, changes: [status('disabled', 'paused'), reason('failing', null)] },
      },
    ]));
it('has nothing to do for a paused one', () => given([made, webhookPaused()]).when(pause).then([]));

it.each(['send', 'skip'] as const)('activates a paused endpoint, what was kept to %s', (backlog) =>
  given([made, webhookPaused()])
    .when(activate(backlog))
    .then([{ type: 'webhook.activated', data: { ...endpoint, backlog, changes: [status('paused', 'active')] } }]),
);
it('activates a disabled one', () =>
  given([made, webhookDisabled()])
    .when(activate())
    .then([
      {
        type: 'webhook.activated',
        data: { ...endpoint, backlog: 'send', changes: [status('disabled', 'active'), reason('failing', null)] },
      },
    ]));
it('has nothing to do for an active one, unless what is pending is to be skipped', () => {
  given([made]).when(activate()).then([]);
  given([made, webhookPaused(), webhookActivated()]).when(activate()).then([]);
  given([made])
    .when(activate('skip'))
    .then([{ type: 'webhook.activated', data: { ...endpoint, backlog: 'skip', changes: [] } }]);
});
it('activates only for who may read what is then sent', () =>
  given([webhookCreated({ events: ['api_key.created'] }), webhookPaused()])
    .when({ ...activate(), reader: { kind: 'api_key', access: 'full', scopes: [] } } as WebhookCommand)
    .thenRejected('insufficient_scope'));

it.each(['gone', 'failing'] as const)('disables an active endpoint that is %s, with its facts', (status_reason) => {
  const data = { ...endpoint, status_reason, events: made.data.events, description: null };
  const changes = [status('active', 'disabled'), reason(null, status_reason)];
  const events: readonly WebhookEvent[] = [{ type: 'webhook.disabled', data: { ...data, changes } }];
  given([made]).when(disable(status_reason)).then(events);
  given([made, webhookPaused(), webhookActivated()]).when(disable(status_reason)).then(events);
});
it.each([
  ['that is paused', [made, webhookPaused()]],
  ['that is disabled', [made, webhookDisabled({ status_reason: 'gone' })]],
  ['that is deleted', [made, webhookDeleted()]],
  ['that is not there', []],
])('disables nothing %s', (_, history) => given(history).when(disable()).then([]));
it('disables no other endpoint', () =>
  given([made])
    .when({ ...disable(), webhookId: webhookId(1) })
    .then([]));

it.each([
  ['an active', [made]],
  ['a paused', [made, webhookPaused()]],
  ['a disabled', [made, webhookDisabled()]],
])('deletes %s endpoint', (_, history) =>
  given(history)
    .when(remove)
    .then([{ type: 'webhook.deleted', data: endpoint }]),
);

it.each<[string, WebhookCommand]>([
  ['pause', pause],
  ['activate', activate('skip')],
  ['delete', remove],
])('refuses to %s what is not there, or no longer', (_, command) => {
  given([]).when(command).thenRejected('webhook_not_found');
  given([made])
    .when({ ...command, webhookId: webhookId(1) })
    .thenRejected('webhook_not_found');
  given([made, webhookDeleted()]).when(command).thenRejected('webhook_not_found');
});
