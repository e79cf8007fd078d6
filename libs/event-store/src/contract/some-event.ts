import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#libs/domain';
import { NO_STREAM, type EventStore, type EventToStore } from '../event-store.js';
import type { Position } from '../position.js';

/** An event with a new id; the metadata is as small as the types allow. */
export function someEvent(data: JsonObject = {}, id: string = randomUUID()): EventToStore {
  return {
    ...{ id, type: 'api_key.created', data },
    metadata: {
      ...{ org_id: 'org_contract', actor: { type: 'user', id: 'user_1', name: null }, request_id: 'req_1' },
      ...{ correlation_id: 'req_1', causation_id: 'req_1', schema_version: 1, occurred_at: '2026-01-01T00:00:00.000Z' },
      ...{ reason: null, ip: null, user_agent: null },
    },
  };
}

export function someEvents(count: number): EventToStore[] {
  return Array.from({ length: count }, (_, number) => someEvent({ number }));
}

/** A stream name that no other test uses. */
export function someStream(prefix = 'apiKey-'): string {
  return `${prefix}${randomUUID().replaceAll('-', '')}`;
}

/** Appends to a stream that must be where the caller believes it to be; answers the last event's position. */
export async function appended(
  store: EventStore,
  stream: string,
  events: readonly EventToStore[],
  expected: number = NO_STREAM,
): Promise<Position> {
  const result = await store.append(stream, expected, events);
  if (result.outcome !== 'stored') throw new Error(`${stream} stands at ${result.actual}, not at ${expected}`);
  return result.position;
}
