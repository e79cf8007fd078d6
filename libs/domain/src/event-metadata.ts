import type { Actor } from './actor.js';

/**
 * What stands beside the data of every stored event, under these stored names. It never holds a secret.
 *
 * `occurred_at` is RFC 3339 with milliseconds, UTC: the instant of the decision, never before the event ahead of it
 * in its stream. `ip` and `user_agent` are there where a person or a client acted. `reason` is what the caller gave.
 */
export interface EventMetadata {
  readonly org_id: string;
  readonly actor: Actor;
  readonly request_id: string;
  readonly correlation_id: string;
  readonly causation_id: string;
  readonly schema_version: number;
  readonly occurred_at: string;
  readonly reason: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
}
