import { createHash, randomUUID } from 'node:crypto';
import { eventId } from '#libs/commands';
import { auditStream, currentSchemaVersion, type Actor, type AuditEvent } from '#libs/domain';
import { EventStoreUnavailable, NO_STREAM, type EventStore, type Position, type StoredEvent } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';

export interface AuditRecord {
  /** The same for every attempt at recording this. */
  readonly commandId: string;
  /** An earlier attempt at it may have been stored already, not before this instant (Unix milliseconds). */
  readonly repeatedSince: number | null;
  readonly orgId: string;
  readonly actor: Actor;
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly event: AuditEvent;
}

const MOST_ATTEMPTS = 20;
const LOOK_BACK_PAGE = 500;

/** Clocks of two nodes may differ; a stored event is looked for this much further back than it should be. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Writes what is no change of any object (exports, denied attempts) into the organization's audit stream. Such an event
 * depends on nothing but the stream's last revision, so losing a race means asking for that again.
 */
export class AuditTrail {
  constructor(
    private readonly store: EventStore,
    private readonly clock: () => number,
  ) {}

  /** @returns the position of the stored event @throws EventStoreUnavailable */
  async append(record: AuditRecord): Promise<Position> {
    const stream = auditStream(organizationDigest(record.orgId));
    const id = eventId(record.commandId, 0);
    const startedAt = this.clock();
    const backoff = new Backoff({ firstMs: 10, longestMs: 200, jitter: 1 });
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      if (attempt > 0) await pause(backoff.failed());
      const [last] = await this.store.readStream(stream, { direction: 'backwards', limit: 1 });
      // A conflict may have been with another attempt at this very record.
      const since = record.repeatedSince ?? (attempt > 0 ? startedAt : null);
      const stored = since === null ? null : await this.#find(stream, id, since);
      if (stored !== null) return stored.position;
      const now = Math.max(this.clock(), last === undefined ? 0 : Date.parse(last.metadata.occurred_at));
      const result = await this.store.append(stream, last?.revision ?? NO_STREAM, [
        {
          id,
          type: record.event.type,
          data: record.event.data,
          metadata: {
            org_id: record.orgId,
            actor: record.actor,
            request_id: record.requestId,
            correlation_id: record.requestId,
            causation_id: record.commandId,
            schema_version: currentSchemaVersion(record.event.type),
            occurred_at: new Date(now).toISOString(),
            reason: null,
            ip: record.ip,
            user_agent: record.userAgent,
          },
        },
      ]);
      if (result.outcome === 'stored') return result.position;
    }
    throw new EventStoreUnavailable(`${MOST_ATTEMPTS} appends to ${stream} each met a faster one`);
  }

  /** A fresh record to be tried until it is stored: each call is an attempt, and all of them store it once. */
  attempts(record: Omit<AuditRecord, 'commandId' | 'repeatedSince'>): () => Promise<Position> {
    const commandId = randomUUID();
    const since = this.clock();
    let attempts = 0;
    // Only an attempt after the first can have been stored already, and looking for it costs reads.
    return () => this.append({ ...record, commandId, repeatedSince: attempts++ === 0 ? null : since });
  }

  async #find(stream: string, id: string, since: number): Promise<StoredEvent | null> {
    for (let from: number | undefined; from === undefined || from >= 0;) {
      const page = await this.store.readStream(stream, { direction: 'backwards', limit: LOOK_BACK_PAGE, from });
      const found = page.find((event) => event.id === id);
      if (found !== undefined) return found;
      const oldest = page.at(-1);
      if (oldest === undefined || Date.parse(oldest.metadata.occurred_at) < since - CLOCK_SLACK_MS) return null;
      from = oldest.revision - 1;
    }
    return null;
  }
}

/** The first 32 hex digits of SHA-256 of the organization's id: names its streams without spelling it. */
export function organizationDigest(orgId: string): string {
  return createHash('sha256').update(orgId).digest('hex').slice(0, 32);
}
