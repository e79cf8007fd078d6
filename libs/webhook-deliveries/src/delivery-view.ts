import type { IntegrationEventType } from '#libs/domain';

export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'skipped';
export const DELIVERY_STATUSES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'skipped'];

/** Why an attempt was no success; null: it was one. `status`: an answer that is neither 2xx nor a redirect. */
export type ErrorClass = 'dns' | 'connect' | 'tls' | 'timeout' | 'redirect' | 'status' | 'blocked' | 'reset';

/** One request, as it is kept and shown. */
export type AttemptView = {
  /** Unix seconds. */
  readonly attempted_at: number;
  readonly duration_ms: number;
  /** Null: no answer came. */
  readonly response_status: number | null;
  readonly error_class: ErrorClass | null;
  /** The first 4 KiB of the answer; null: none came. */
  readonly response_body: string | null;
};

/** A delivery as every answer shows it; times are Unix seconds. */
export type DeliveryView = {
  readonly id: string;
  /** The `webhook-id` that receivers see. */
  readonly event_id: string;
  readonly event_type: IntegrationEventType;
  /** The endpoint's own number of the event; null for a test and for what is older than the endpoint. */
  readonly sequence: number | null;
  readonly status: DeliveryStatus;
  readonly test: boolean;
  readonly redelivery_of: string | null;
  readonly created_at: number;
  /** Null once it is finished. */
  readonly next_attempt_at: number | null;
  readonly attempts: readonly AttemptView[];
};
