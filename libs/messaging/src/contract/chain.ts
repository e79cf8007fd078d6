import type { LogMessage } from '#libs/contracts';
import { apiKeyCreated } from '#libs/testing';

/** Messages as a publisher makes them, of all three kinds, each behind the one before it; `filling` makes them larger. */
export function chain(length: number, filling: (index: number) => string = () => ''): readonly LogMessage[] {
  return Array.from({ length }, (_, index) => {
    const [position, previous] = [String((index + 1) * 10), String(index * 10)];
    return { position, previous, content: contents(index, filling(index)) };
  });
}

function contents(index: number, filling: string): LogMessage['content'] {
  const [stream, revision] = ['webhook-whk_4TgHy7UjKm2WsXe9RfVb', index];
  const digits = String(index).padStart(12, '0');
  if (index % 3 === 2) return null;
  if (index % 3 === 1) {
    const { metadata } = apiKeyCreated();
    const event = { id: `00000000-0000-4000-8000-${digits}`, type: 'webhook.paused', data: { filling }, metadata };
    return { event: null, endpoint: { ...event, stream, revision }, stream, revision };
  }
  const event = {
    ...({
      id: `evt_${digits.padStart(32, '0')}`,
      type: 'webhook.disabled',
      schema_version: 1,
      org_id: 'org_ä',
    } as const),
    ...{ timestamp: '2026-01-01T00:00:00.250Z', data: { filling } },
  };
  return { event, endpoint: null, stream, revision };
}
