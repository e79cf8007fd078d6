import type { FieldChange } from '../field-change.js';
import type { IntegrationEventType } from './integration-event-types.js';

/*
 * The events of stream `webhook-{webhook_id}`: where an organization's events are sent. Type names and field names are
 * storage formats. Times are Unix seconds. No event holds a signing secret: it names one that is kept, sealed, beside
 * the log, and a `hint` that people know it by.
 *
 * Every event names the endpoint and its url after it, so that the audit log is a plain mapping of each event.
 */

/** Why an endpoint is disabled: it answered 410, or nothing succeeded for too long. */
export type DisabledReason = 'gone' | 'failing';
/** What becomes of what was kept while the endpoint was paused or disabled. */
export type Backlog = 'send' | 'skip';

type Endpoint = { readonly webhook_id: string; readonly url: string };
type Subscription = { readonly events: readonly IntegrationEventType[]; readonly description: string | null };
type Changes = { readonly changes: readonly FieldChange[] };
/** A reference to a signing secret and how people see it, such as `whsec_2YkL…cdef`. */
export type SecretReference = { readonly secret_id: string; readonly hint: string };

export type WebhookCreated = {
  readonly type: 'webhook.created';
  readonly data: Endpoint & Subscription & { readonly secret: SecretReference };
};

/** The facts after it, whole; `changes` name what of `url`, `events` and `description` is new. */
export type WebhookUpdated = {
  readonly type: 'webhook.updated';
  readonly data: Endpoint & Subscription & Changes;
};

/** Nothing is sent from here on; what happens is kept. */
export type WebhookPaused = {
  readonly type: 'webhook.paused';
  readonly data: Endpoint & Changes;
};

/** Of an endpoint that was active already it only says that what is pending is skipped, and changes nothing. */
export type WebhookActivated = {
  readonly type: 'webhook.activated';
  readonly data: Endpoint & { readonly backlog: Backlog } & Changes;
};

/** By policy, not by a caller. What it subscribed to stands in it, for this is also told to others. */
export type WebhookDisabled = {
  readonly type: 'webhook.disabled';
  readonly data: Endpoint & { readonly status_reason: DisabledReason } & Subscription & Changes;
};

/** `previous` is the secret before, which signs too until it ends; null: it ended at once. An older one ends in any case. */
export type WebhookSecretRotated = {
  readonly type: 'webhook.secret_rotated';
  readonly data: Endpoint & {
    readonly secret: SecretReference;
    readonly overlap_seconds: number;
    readonly previous: { readonly secret_id: string; readonly ends_at: number } | null;
  } & Changes;
};

/** A delivery with a sample object was asked for. */
export type WebhookTested = {
  readonly type: 'webhook.tested';
  readonly data: Endpoint & { readonly delivery_id: string; readonly event_type: IntegrationEventType };
};

/** `delivery_id` is the new delivery of what `redelivery_of` carried: the integration event `event_id`. */
export type WebhookRedelivered = {
  readonly type: 'webhook.redelivered';
  readonly data: Endpoint & {
    readonly delivery_id: string;
    readonly redelivery_of: string;
    readonly event_id: string;
    readonly event_type: IntegrationEventType;
  };
};

/** Everything of those types that happened in [since, until) is delivered again; `count` says how much that is. */
export type WebhookReplayed = {
  readonly type: 'webhook.replayed';
  readonly data: Endpoint & {
    readonly replay_id: string;
    readonly since: number;
    readonly until: number;
    readonly event_types: readonly IntegrationEventType[];
    readonly count: number;
  };
};

export type WebhookDeleted = {
  readonly type: 'webhook.deleted';
  readonly data: Endpoint;
};

export type WebhookEvent =
  | WebhookCreated
  | WebhookUpdated
  | WebhookPaused
  | WebhookActivated
  | WebhookDisabled
  | WebhookSecretRotated
  | WebhookTested
  | WebhookRedelivered
  | WebhookReplayed
  | WebhookDeleted;
