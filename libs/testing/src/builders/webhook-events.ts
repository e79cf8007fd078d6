import type {
  FieldChange,
  Recorded,
  WebhookActivated,
  WebhookCreated,
  WebhookDeleted,
  WebhookDisabled,
  WebhookPaused,
  WebhookSecretRotated,
  WebhookUpdated,
} from '#libs/domain';
import { recorded, START, type Circumstances } from './recorded-event.js';

/** The id of the nth test endpoint, 0 to 9999. */
export function webhookId(n = 0): string {
  return `whk_AbCdEfGh12345678${String(n).padStart(4, '0')}`;
}

/** The reference to the nth secret of a test endpoint. */
export function secretReference(n = 0): { readonly secret_id: string; readonly hint: string } {
  return { secret_id: `whs_AbCdEfGh12345678${String(n).padStart(4, '0')}`, hint: `whsec_${n}bCd…cdef` };
}

export const WEBHOOK_URL = 'https://hooks.example.com/in';

const FACTS: Omit<WebhookCreated['data'], 'secret'> = {
  ...{ webhook_id: webhookId(), url: WEBHOOK_URL, events: ['job.completed', 'job.failed'], description: null },
};

/** An endpoint that subscribes to how jobs end, with what is given. */
export function webhookCreated(
  data: Partial<WebhookCreated['data']> = {},
  circumstances?: Circumstances,
): Recorded<WebhookCreated> {
  return recorded({ type: 'webhook.created', data: { ...FACTS, secret: secretReference(), ...data } }, circumstances);
}

/** Its description set to `Billing`, or what is given. */
export function webhookUpdated(
  data: Partial<WebhookUpdated['data']> = {},
  circumstances?: Circumstances,
): Recorded<WebhookUpdated> {
  const changes = [{ field: 'description', before: null, after: 'Billing' }];
  const facts = { ...FACTS, description: 'Billing', changes };
  return recorded({ type: 'webhook.updated', data: { ...facts, ...data } }, circumstances);
}

/** By the policy, because nothing arrives, or with what is given. */
export function webhookDisabled(
  data: Partial<WebhookDisabled['data']> = {},
  circumstances?: Circumstances,
): Recorded<WebhookDisabled> {
  const { status_reason = 'failing' } = data;
  const changes = [
    ...statusChange('active', 'disabled'),
    { field: 'status_reason', before: null, after: status_reason },
  ];
  const actor = { type: 'system', id: 'webhook-dispatcher', name: 'Webhook dispatcher' } as const;
  return recorded(
    { type: 'webhook.disabled', data: { ...FACTS, status_reason, changes, ...data } },
    { actor, ip: null, user_agent: null, ...circumstances },
  );
}

export function webhookPaused(circumstances?: Circumstances, webhook_id = webhookId()): Recorded<WebhookPaused> {
  const data = { webhook_id, url: WEBHOOK_URL, changes: statusChange('active', 'paused') };
  return recorded({ type: 'webhook.paused', data }, circumstances);
}

/** After a pause; what was kept is sent. */
export function webhookActivated(circumstances?: Circumstances, webhook_id = webhookId()): Recorded<WebhookActivated> {
  const data = { webhook_id, url: WEBHOOK_URL, backlog: 'send', changes: statusChange('paused', 'active') } as const;
  return recorded({ type: 'webhook.activated', data }, circumstances);
}

/** To the second secret, the first signing along for a day, or with what is given. */
export function webhookSecretRotated(
  data: Partial<WebhookSecretRotated['data']> = {},
  circumstances?: Circumstances,
): Recorded<WebhookSecretRotated> {
  const [before, secret] = [secretReference(0), secretReference(1)];
  const rotation = {
    ...{ webhook_id: webhookId(), url: WEBHOOK_URL, secret, overlap_seconds: 86_400 },
    previous: { secret_id: before.secret_id, ends_at: START + 86_400 },
    changes: [{ field: 'secret_hint', before: before.hint, after: secret.hint }],
  };
  return recorded({ type: 'webhook.secret_rotated', data: { ...rotation, ...data } }, circumstances);
}

export function webhookDeleted(circumstances?: Circumstances, webhook_id = webhookId()): Recorded<WebhookDeleted> {
  return recorded({ type: 'webhook.deleted', data: { webhook_id, url: WEBHOOK_URL } }, circumstances);
}

function statusChange(before: string, after: string): readonly FieldChange[] {
  return [{ field: 'status', before, after }];
}
