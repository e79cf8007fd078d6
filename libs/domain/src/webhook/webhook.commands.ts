import type { Grantor } from '../scopes/grant-policy.js';
import type { Backlog, DisabledReason } from './webhook.events.js';

/*
 * What may be asked of an endpoint. `now` is the instant of the decision in Unix milliseconds, as in the commands of a
 * key. Urls come as the guard of outgoing requests admitted and normalised them: no pure function could resolve a name.
 */

interface OfWebhook<Kind extends string> {
  readonly kind: Kind;
  readonly webhookId: string;
  readonly now: number;
}

/**
 * A command after which objects are sent somewhere. `reader` is who asks, held against the types that the endpoint has
 * as it is decided on, which may have changed since a first look; undefined: whoever may read them all.
 */
interface Showing<Kind extends string> extends OfWebhook<Kind> {
  readonly reader?: Grantor | undefined;
}

/** A signing secret that is kept already, so that no event can name one that is nowhere. */
export interface KeptSecret {
  readonly secretId: string;
  readonly hint: string;
}

export interface CreateWebhook extends Showing<'CreateWebhook'> {
  readonly url: string;
  /** At least one, each of `INTEGRATION_EVENT_TYPES`. */
  readonly events: readonly string[];
  readonly description: string | null;
  readonly secret: KeptSecret;
}

/** What is left out stays. */
export interface UpdateWebhook extends Showing<'UpdateWebhook'> {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  /** Null clears it. */
  readonly description?: string | null | undefined;
}

/** Nothing is sent until it is activated. */
export type PauseWebhook = OfWebhook<'PauseWebhook'>;

/** Ends a pause, or that the endpoint is disabled. */
export interface ActivateWebhook extends Showing<'ActivateWebhook'> {
  readonly backlog: Backlog;
}

/** The policy of delivery asks for this; of an endpoint that is not active, or not there, it is no event and no error. */
export interface DisableWebhook extends OfWebhook<'DisableWebhook'> {
  readonly statusReason: DisabledReason;
}

export interface RotateWebhookSecret extends Showing<'RotateWebhookSecret'> {
  readonly secret: KeptSecret;
  /** 0 to 30 days. */
  readonly overlapSeconds: number;
}

/** One delivery with a sample object. */
export interface TestWebhook extends Showing<'TestWebhook'> {
  readonly deliveryId: string;
  readonly eventType: string;
}

/** What that delivery carried, once more as a new one. */
export interface RedeliverWebhook extends Showing<'RedeliverWebhook'> {
  readonly deliveryId: string;
  readonly redeliveryOf: string;
  readonly eventId: string;
  readonly eventType: string;
}

/** Everything of those types in [since, until), Unix seconds; `count` is how much that is, as whoever asks has counted. */
export interface ReplayWebhook extends Showing<'ReplayWebhook'> {
  readonly replayId: string;
  readonly since: number;
  readonly until: number;
  readonly eventTypes: readonly string[];
  readonly count: number;
}

/** Gone from every list and look-up; its history stays. */
export type DeleteWebhook = OfWebhook<'DeleteWebhook'>;

export type WebhookCommand =
  | CreateWebhook
  | UpdateWebhook
  | PauseWebhook
  | ActivateWebhook
  | DisableWebhook
  | RotateWebhookSecret
  | TestWebhook
  | RedeliverWebhook
  | ReplayWebhook
  | DeleteWebhook;
