import type { IntegrationEventType } from './integration-event-types.js';
import type { DisabledReason } from './webhook.events.js';

export type WebhookStatus = 'active' | 'paused' | 'disabled';

/** A signing secret by its reference; the secret itself is kept, sealed, beside the log. */
export interface SecretState {
  readonly secretId: string;
  readonly hint: string;
  /** Unix seconds: from then on it signs no more. Null for the newest: it has no end yet. */
  readonly endsAt: number | null;
}

/** One endpoint as its events left it. Plain JSON, so that read models can keep it. Times are Unix seconds. */
export interface WebhookFacts {
  readonly id: string;
  readonly url: string;
  readonly events: readonly IntegrationEventType[];
  readonly description: string | null;
  readonly status: WebhookStatus;
  /** Null unless disabled. */
  readonly statusReason: DisabledReason | null;
  /** Newest first, at most two; which of them sign is a matter of the clock: `liveSecrets`. */
  readonly secrets: readonly SecretState[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deleted: boolean;
}

/** Stream `webhook-{webhook_id}`; both are null before the first event. */
export interface WebhookState {
  readonly orgId: string | null;
  readonly webhook: WebhookFacts | null;
}
