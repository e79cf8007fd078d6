import type { IntegrationEventType, JsonObject } from '#libs/domain';

/**
 * What the world outside is told happened: the contract with receivers of webhooks. A type's `data` changes only together
 * with its schema version (see `schemas` and `golden` of this library).
 */
export interface IntegrationEvent {
  /** `evt_` and the 32 hex digits of the domain event's uuid, of which it is the only one. */
  readonly id: string;
  readonly type: IntegrationEventType;
  readonly schema_version: 1;
  readonly org_id: string;
  /** When it happened (`occurred_at`), RFC 3339 with milliseconds. */
  readonly timestamp: string;
  /**
   * The object as `GET` shows it right after the event, as far as the log says it: what else it has to show, whoever delivers
   * it adds (`fieldsFromTables`).
   */
  readonly data: JsonObject;
}
