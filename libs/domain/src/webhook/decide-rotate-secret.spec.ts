import {
  deciderSpec,
  secretReference,
  START,
  webhookCreated,
  webhookDeleted,
  webhookDisabled,
  webhookId,
  webhookPaused,
  webhookSecretRotated,
} from '#libs/testing';
import { liveSecrets } from './live-secrets.js';
import type { RotateWebhookSecret } from './webhook.commands.js';
import { webhookDecider } from './webhook.decider.js';
import type { WebhookSecretRotated } from './webhook.events.js';

const given = deciderSpec(webhookDecider);
const made = webhookCreated();
const [first, second, third] = [secretReference(0), secretReference(1), secretReference(2)];

function rotate(fields: Partial<RotateWebhookSecret> = {}, to = second): RotateWebhookSecret {
  return {
    ...{ kind: 'RotateWebhookSecret', webhookId: webhookId(), overlapSeconds: 86_400, now: START * 1000 + 999 },
    ...{ secret: { secretId: to.secret_id, hint: to.hint }, ...fields },
  };
}
function rotated(data: Partial<WebhookSecretRotated['data']> = {}): WebhookSecretRotated {
  const { type, data: whole } = webhookSecretRotated(data);
  return { type, data: whole };
}

it('lets the secret before sign along until the end of the overlap', () =>
  given([made]).when(rotate()).then([rotated()]));
it('ends it at once without an overlap', () =>
  given([made])
    .when(rotate({ overlapSeconds: 0 }))
    .then([rotated({ overlap_seconds: 0, previous: null })]));
it('ends the one before that at once, though its own overlap still runs', () =>
  given([made, webhookSecretRotated()])
    .when(rotate({ overlapSeconds: 10, now: (START + 50) * 1000 }, third))
    .then([
      rotated({
        ...{ secret: third, overlap_seconds: 10 },
        previous: { secret_id: second.secret_id, ends_at: START + 60 },
        changes: [{ field: 'secret_hint', before: second.hint, after: third.hint }],
      }),
    ]));
it.each([
  ['paused', webhookPaused()],
  ['disabled', webhookDisabled()],
])('rotates that of a %s endpoint too', (_, event) => given([made, event]).when(rotate()).then([rotated()]));

it.each([-1, 0.5, 30 * 86_400 + 1, NaN])('refuses an overlap of %d s', (overlapSeconds) =>
  given([]).when(rotate({ overlapSeconds })).thenRejected('validation_failed', ['overlap_seconds']),
);
it('takes 30 days', () =>
  given([made])
    .when(rotate({ overlapSeconds: 30 * 86_400 }))
    .then([
      rotated({
        overlap_seconds: 30 * 86_400,
        previous: { secret_id: first.secret_id, ends_at: START + 30 * 86_400 },
      }),
    ]));
it('refuses what is not there, or no longer', () => {
  given([]).when(rotate()).thenRejected('webhook_not_found');
  given([made, webhookDeleted()]).when(rotate()).thenRejected('webhook_not_found');
});
it('shows a secret only to who may read what it signs', () =>
  given([webhookCreated({ events: ['job.failed', 'api_key.created'] })])
    .when(rotate({ reader: { kind: 'api_key', access: 'scoped', scopes: ['jobs:read'] } }))
    .thenRejected('insufficient_scope'));

it('has two secrets sign until the second in which the older one ends, newest first', () => {
  const { webhook } = [made, webhookSecretRotated()].reduce(
    (state, event) => webhookDecider.evolve(state, event),
    webhookDecider.initialState,
  );
  if (webhook === null) throw new Error('it was made');
  const signing = (second: number) => liveSecrets(webhook, second).map(({ secretId }) => secretId);
  expect(signing(START)).toEqual([second.secret_id, first.secret_id]);
  expect(signing(START + 86_399)).toEqual([second.secret_id, first.secret_id]);
  expect(signing(START + 86_400)).toEqual([second.secret_id]);
});
