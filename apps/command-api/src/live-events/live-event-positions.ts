import { createHash } from 'node:crypto';
import type { OpaqueTokens } from '#libs/keyring';
import type { LogEvent } from '#libs/read-models';

/** A place in an organization's log: right behind an event. */
export interface LogPlace {
  /** The event's, 0 before the first. */
  readonly seq: number;
  /** What tells this log from another, such as one that was restored from a backup; '' before the first event. */
  readonly eventId: string;
}

export const BEFORE_THE_FIRST: LogPlace = { seq: 0, eventId: '' };

export function behind({ seq, event }: LogEvent): LogPlace {
  return { seq, eventId: event.id };
}

/** Every token is as long as the longest, for the length would tell how long the log is. */
const DIGITS = 16;
const ID_LENGTH = 36;

/** The `id` of live events, and `Last-Event-ID`: places as they leave the process, good for one organization alone. */
export class LiveEventPositions {
  constructor(private readonly tokens: OpaqueTokens) {}

  seal(orgId: string, { seq, eventId }: LogPlace): string {
    return this.tokens.seal(purpose(orgId), String(seq).padStart(DIGITS, '0') + eventId.padEnd(ID_LENGTH));
  }

  /** Null for a token that this organization was not given. */
  open(orgId: string, token: string): LogPlace | null {
    const place = this.tokens.open(purpose(orgId), token);
    return place === null ? null : { seq: Number(place.slice(0, DIGITS)), eventId: place.slice(DIGITS).trimEnd() };
  }
}

function purpose(orgId: string): string {
  return `live-events ${createHash('sha256').update(orgId).digest('base64url')}`;
}
