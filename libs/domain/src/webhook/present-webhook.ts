import type { IntegrationEventType } from './integration-event-types.js';
import type { DisabledReason } from './webhook.events.js';
import type { WebhookFacts, WebhookStatus } from './webhook.state.js';

/** What an endpoint's deliveries say about it; the log does not know it. */
export interface WebhookFigures {
  /** The newest finished attempt; times are Unix seconds. */
  readonly lastDelivery: {
    readonly at: number;
    readonly status: string;
    readonly response_status: number | null;
  } | null;
  /** From 0 to 1: answers of 2xx over all attempts but tests; null without an attempt in the last 24 hours. */
  readonly successRate24h: number | null;
  /** Deliveries that are pending. */
  readonly backlog: number;
}

/** An endpoint as far as the log says it, in the order of the OpenAPI document. Times are Unix seconds. */
export type PresentedWebhookFacts = {
  readonly id: string;
  readonly url: string;
  readonly events: readonly IntegrationEventType[];
  readonly description: string | null;
  readonly status: WebhookStatus;
  readonly status_reason: DisabledReason | null;
  readonly secret_hint: string;
  readonly created_at: number;
  readonly updated_at: number;
};

/** An endpoint as every answer shows it. */
export type PresentedWebhook = PresentedWebhookFacts & {
  readonly last_delivery: WebhookFigures['lastDelivery'];
  readonly success_rate_24h: number | null;
  readonly backlog: number;
};

/** Says nothing of `deleted`, which callers look at first. Holds no secret and no reference to one. */
export function presentWebhookFacts(webhook: WebhookFacts): PresentedWebhookFacts {
  return {
    id: webhook.id,
    url: webhook.url,
    events: webhook.events,
    description: webhook.description,
    status: webhook.status,
    status_reason: webhook.statusReason,
    secret_hint: webhook.secrets[0]?.hint ?? '',
    created_at: webhook.createdAt,
    updated_at: webhook.updatedAt,
  };
}

/** As `presentWebhookFacts`, with what its deliveries say about it. */
export function presentWebhook(webhook: WebhookFacts, figures: WebhookFigures): PresentedWebhook {
  return {
    ...presentWebhookFacts(webhook),
    last_delivery: figures.lastDelivery,
    success_rate_24h: figures.successRate24h,
    backlog: figures.backlog,
  };
}
