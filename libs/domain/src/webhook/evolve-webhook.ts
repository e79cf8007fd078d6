import type { Recorded } from '../recorded.js';
import { toSeconds } from '../seconds.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import { activated, disabled, paused, withSecret } from './webhook-transitions.js';
import type { WebhookCreated, WebhookEvent } from './webhook.events.js';
import type { WebhookFacts, WebhookState } from './webhook.state.js';

/** The endpoint after one more event. @throws MalformedEvent on an event that cannot follow those before it */
export function evolveWebhook({ webhook: before }: WebhookState, event: Recorded<WebhookEvent>): WebhookState {
  const at = secondOf(event);
  const { org_id: orgId } = event.metadata;
  if (event.type === 'webhook.created') {
    if (before !== null) throw new MalformedEvent(event.type, 'the stream holds an endpoint already');
    return { orgId, webhook: created(event.data, at) };
  }
  if (before?.id !== event.data.webhook_id) throw new MalformedEvent(event.type, 'webhook_id is not the stream’s');
  if (before.deleted) throw new MalformedEvent(event.type, 'the endpoint is deleted');
  const after = changed(before, event);
  return { orgId, webhook: after === before ? before : { ...after, updatedAt: at } };
}

function created({ webhook_id, url, events, description, secret }: WebhookCreated['data'], at: number): WebhookFacts {
  return {
    ...{ id: webhook_id, url, events, description, status: 'active', statusReason: null },
    secrets: [{ secretId: secret.secret_id, hint: secret.hint, endsAt: null }],
    ...{ createdAt: at, updatedAt: at, deleted: false },
  };
}

function changed(webhook: WebhookFacts, event: Exclude<WebhookEvent, WebhookCreated>): WebhookFacts {
  switch (event.type) {
    case 'webhook.updated': {
      const { url, events, description } = event.data;
      return { ...webhook, url, events, description };
    }
    case 'webhook.paused':
      return paused(webhook);
    case 'webhook.activated':
      return webhook.status === 'active' ? webhook : activated(webhook);
    case 'webhook.disabled':
      return disabled(webhook, event.data.status_reason);
    case 'webhook.secret_rotated': {
      const { secret, previous } = event.data;
      const { secret_id: secretId, hint } = secret;
      return withSecret(webhook, { secretId, hint }, previous?.ends_at ?? null);
    }
    case 'webhook.tested':
    case 'webhook.redelivered':
    case 'webhook.replayed':
      return webhook;
    case 'webhook.deleted':
      return { ...webhook, deleted: true };
  }
}

function secondOf({ type, metadata }: Recorded<WebhookEvent>): number {
  const milliseconds = Date.parse(metadata.occurred_at);
  if (Number.isNaN(milliseconds)) throw new MalformedEvent(type, 'metadata.occurred_at is no time');
  return toSeconds(milliseconds);
}
