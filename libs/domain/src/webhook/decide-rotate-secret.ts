import { toSeconds } from '../seconds.js';
import { assertMayRead } from './assert-may-read.js';
import { existingWebhook } from './existing-webhook.js';
import { validOverlap } from './webhook-field-rules.js';
import { changesBetween, withSecret } from './webhook-transitions.js';
import type { RotateWebhookSecret } from './webhook.commands.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookState } from './webhook.state.js';

/**
 * The new secret signs at once, the one before it until the end of the overlap, an older one no longer: at most two.
 * @throws DomainRejection `validation_failed`, `webhook_not_found`, `insufficient_scope`
 */
export function decideRotateSecret(command: RotateWebhookSecret, state: WebhookState): readonly WebhookEvent[] {
  const overlap_seconds = validOverlap(command.overlapSeconds);
  const webhook = existingWebhook(state, command.webhookId);
  assertMayRead(command.reader, webhook.events);
  const endsAt = overlap_seconds === 0 ? null : toSeconds(command.now) + overlap_seconds;
  const after = withSecret(webhook, command.secret, endsAt);
  const [, before] = after.secrets;
  const { secretId, hint } = command.secret;
  const data = {
    webhook_id: webhook.id,
    url: webhook.url,
    secret: { secret_id: secretId, hint },
    overlap_seconds,
    previous: before === undefined || endsAt === null ? null : { secret_id: before.secretId, ends_at: endsAt },
    changes: changesBetween(webhook, after),
  };
  return [{ type: 'webhook.secret_rotated', data }];
}
