import { changesOf, type Actor, type ApiKeyEvent, type FieldChange, type KeyState, type Recorded } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';

/** One event of a lineage. `occurredAt` is RFC 3339 with milliseconds. */
export interface KeyHistoryEntry extends ShownEvent {
  readonly seq: number;
  readonly revision: number;
  /** The keys that the event changed, right after it, at most three, deleted ones included: to be presented for its instant. */
  readonly states: readonly KeyState[];
}

/** What the row keeps of the event itself. */
interface ShownEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly occurredAt: string;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly changes: readonly FieldChange[];
}

interface StepRow {
  readonly revision: number;
  readonly seq: string;
  readonly entry: string;
  readonly states: string;
}

/** Text, not `json`, as in the audit log: nothing in the database looks inside, and checking it costs. */
export function toEntryText(event: StoredEvent, recorded: Recorded<ApiKeyEvent>): string {
  return JSON.stringify({
    eventId: event.id,
    eventType: event.type,
    occurredAt: event.metadata.occurred_at,
    actor: event.metadata.actor,
    reason: event.metadata.reason,
    changes: changesOf(recorded),
  } satisfies ShownEvent);
}

export function toHistoryEntry({ revision, seq, entry, states }: StepRow): KeyHistoryEntry {
  return { ...(JSON.parse(entry) as ShownEvent), seq: Number(seq), revision, states: parseStates(states) };
}

/** The states of a row of `api_key_steps`. */
export function parseStates(states: string): readonly KeyState[] {
  return JSON.parse(states) as readonly KeyState[];
}
