import type { JsonObject } from '#libs/domain';

/**
 * What the world outside is told happened: the contract with receivers of webhooks. A type's `data` changes only together
 * with its schema version (see `schemas` and `golden` of this library).
 */
export interface IntegrationEvent {
  /** `evt_` and the 32 hex digits of the domain event's uuid, of which it is the only one. */
  readonly id: string;
  /** One of `INTEGRATION_EVENT_TYPES`. */
  readonly type: string;
  readonly schema_version: 1;
  readonly org_id: string;
  /** When it happened (`occurred_at`), RFC 3339 with milliseconds. */
  readonly timestamp: string;
  /**
   * The object as `GET` shows it right after the event, as far as the log says it: a key lacks `last_used_at`, an endpoint
   * `last_delivery`, `success_rate_24h` and `backlog`.
   */
  readonly data: JsonObject;
}
