import type { DomainEventType } from '#libs/domain';
import { BEGINNING, type StoredEvent } from '#libs/event-store';
import { goldenEvent } from '#libs/testing';

const KEY = ['api_key.created', 'api_key.updated', 'api_key.suspended', 'api_key.reactivated'] as const;

/** What happened, by the golden files of domain events, each history in a stream of its own. */
const HISTORIES: Readonly<Record<string, readonly DomainEventType[]>> = {
  'apiKey-2YkLm3pQrStUvWxY': [...KEY, 'api_key.rotated', 'api_key.revoked', 'api_key.deleted'],
  'apiKey-expiring': ['api_key.created', 'api_key.expiring'],
  'job-completed': ['job.submitted', 'job.leased', 'job.progressed', 'job.completed'],
  'job-failed': ['job.submitted', 'job.leased', 'job.attempt_failed', 'job.failed'],
  'webhook-whk_4TgHy7UjKm2WsXe9RfVb': ['webhook.created', 'webhook.updated', 'webhook.disabled'],
};

/** All histories, as a store would hand them out; the id of each event counts them from 1. */
export function goldenHistories(): readonly StoredEvent[] {
  const all = Object.entries(HISTORIES).flatMap(([stream, types]) =>
    types.map((type, revision) => ({ stream, revision, ...goldenEvent(type) })),
  );
  return all.map((event, index) => ({
    ...{ ...event, position: BEGINNING, recordedAt: 0 },
    id: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
  }));
}
