import { AckPolicy, DeliverPolicy, DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { LogMessage } from '#libs/contracts';

export const STREAM = 'KEYLEDGER';
export const CONSUMER = 'fan-out';

const SUBJECTS = 'keyledger.v1';
const NANOS = 1_000_000;
const MIB = 1_048_576;

/** What is older or more is in the log alone. */
const MOST_BYTES = 256 * MIB;
const MOST_AGE_MS = 24 * 3_600_000;
/** How long the server knows the id of a message again. Nothing rests on it. */
const DUPLICATES_MS = 120_000;

export const STREAM_CONFIG = {
  name: STREAM,
  description: 'What Keyledger has to deliver; the event store is the truth.',
  subjects: [`${SUBJECTS}.>`],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  discard: DiscardPolicy.Old,
  max_age: MOST_AGE_MS * NANOS,
  max_bytes: MOST_BYTES,
  duplicate_window: DUPLICATES_MS * NANOS,
} as const;

/** How many messages may be handed out and not acknowledged: what a reader that stands still holds in memory. */
export const MOST_UNACKNOWLEDGED = 1_000;

/** @param ackWaitMs after which a message that was not acknowledged is handed out again */
export function consumerConfig(ackWaitMs: number) {
  return {
    durable_name: CONSUMER,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ackWaitMs * NANOS,
    deliver_policy: DeliverPolicy.All,
    max_ack_pending: MOST_UNACKNOWLEDGED,
  } as const;
}

/** By type, for operators who listen in; Keyledger itself reads all. */
export function subjectOf({ content }: LogMessage): string {
  if (content === null) return `${SUBJECTS}.none`;
  return `${SUBJECTS}.${content.event?.type ?? 'endpoint'}`;
}

/** `Nats-Msg-Id`: the same whenever the same place of the log is published. */
export function messageIdOf({ position, content }: LogMessage): string {
  return content?.event?.id ?? position;
}
