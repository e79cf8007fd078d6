import { createHash } from 'node:crypto';
import { streamOf, type DomainEvent, type Recorded } from '#libs/domain';
import { toPosition, type StoredEvent } from '#libs/event-store';

/** For tests: the events as one log holds them, each in the stream that it belongs to, with dense positions and revisions. */
export function logOf(events: readonly Recorded<DomainEvent>[]): readonly StoredEvent[] {
  const revisions = new Map<string, number>();
  return events.map(({ type, data, metadata }, index) => {
    const stream = streamOf({ type, data }, createHash('sha256').update(metadata.org_id).digest('hex'));
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const id = `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
    const position = toPosition(BigInt(index + 1));
    return { id, type, data, metadata, stream, revision, position, recordedAt: Date.parse(metadata.occurred_at) };
  });
}
