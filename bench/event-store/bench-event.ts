import { randomUUID } from 'node:crypto';
import type { EventToStore } from '#libs/event-store';

/** An event as large as the product's own: about 250 bytes of data and 400 of metadata. */
export function benchEvent(number: number): EventToStore {
  const request = randomUUID();
  return {
    id: randomUUID(),
    type: 'api_key.updated',
    data: {
      key_id: `ak_${number.toString(36).padStart(20, '0')}`,
      changes: [
        { field: 'name', before: `GRC pipeline ${number}`, after: `GRC pipeline ${number + 1}` },
        { field: 'description', before: null, after: 'Pushes evidence from the compliance platform every night' },
      ],
    },
    metadata: {
      org_id: `org_${number % 1_000}`,
      actor: { type: 'user', id: `user_${number % 5_000}`, name: null },
      ...{ request_id: request, correlation_id: request, causation_id: request },
      schema_version: 1,
      occurred_at: new Date(1_767_225_600_000 + number).toISOString(),
      ...{ reason: null, ip: '203.0.113.7', user_agent: 'curl/8.9.1' },
    },
  };
}
