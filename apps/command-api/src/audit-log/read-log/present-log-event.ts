import { streamOf, withoutWithheldFields, type Actor, type JsonObject } from '#libs/domain';
import type { LogEvent } from '#libs/read-models';
import { organizationDigest } from '../audit-trail.js';

/** An event of the log as an auditor reads it. */
export interface PresentedLogEvent {
  readonly seq: number;
  readonly event_id: string;
  readonly event_type: string;
  readonly schema_version: number;
  readonly stream: string;
  readonly revision: number;
  /** RFC 3339 with milliseconds. */
  readonly occurred_at: string;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly request_id: string;
  /** As it was recorded, in the version in which it was, without what never leaves the process. */
  readonly data: JsonObject;
}

export function presentLogEvent(orgId: string, { seq, event }: LogEvent): PresentedLogEvent {
  const { schema_version, occurred_at, actor, reason, request_id } = event.metadata;
  return {
    seq,
    event_id: event.id,
    event_type: event.type,
    schema_version,
    // The row does not keep it, for it follows from the event.
    stream: streamOf(event, organizationDigest(orgId)),
    revision: event.revision,
    occurred_at,
    actor,
    reason,
    request_id,
    data: withoutWithheldFields(event.type, event.data),
  };
}
