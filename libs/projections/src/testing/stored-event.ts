import { toPosition, type StoredEvent } from '#libs/event-store';

/** For tests: an event of an organization at a position; what it says does not matter to a runner. */
export function storedEvent(position: number, orgId: string): StoredEvent {
  const id = `00000000-0000-4000-8000-${position.toString().padStart(12, '0')}`;
  return {
    id,
    type: 'test.happened',
    stream: `audit-${orgId}`,
    revision: position,
    position: toPosition(BigInt(position)),
    recordedAt: 1_700_000_000_000 + position,
    data: {},
    metadata: {
      org_id: orgId,
      actor: { type: 'system', id: 'test', name: null },
      request_id: 'test',
      correlation_id: id,
      causation_id: id,
      schema_version: 1,
      occurred_at: new Date(1_700_000_000_000 + position).toISOString(),
      reason: null,
      ip: null,
      user_agent: null,
    },
  };
}
