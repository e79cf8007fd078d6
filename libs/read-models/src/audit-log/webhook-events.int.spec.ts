import { parseStoredEvent, type DomainEventType, type StoredDomainEvent } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';
import { apiKeyCreated, apiKeyExpiring, goldenEvent, START } from '#libs/testing';
import { listLogEvents } from '../log/list-log-events.js';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import type { AuditFilter } from './audit-filter.js';
import { AuditLogProjection } from './audit-log.projection.js';
import { listActivity } from './list-activity.js';
import { readAuditPage } from './read-audit-page.js';

const TABLES = ['audit_entries', 'audit_actors'];
const ALL: AuditFilter = {
  ...{ startMs: null, endMs: null, groups: [], types: [], targetTypes: [], targetIds: [], actorIds: [], search: null },
};
const TYPES: readonly DomainEventType[] = [
  ...(['webhook.created', 'webhook.updated', 'webhook.secret_rotated', 'webhook.tested'] as const),
  ...(['webhook.redelivered', 'webhook.replayed', 'webhook.disabled', 'webhook.paused'] as const),
  ...(['webhook.activated', 'webhook.deleted'] as const),
];
const ofOrgA = (stored: StoredDomainEvent): StoredDomainEvent => ({
  ...stored,
  metadata: { ...stored.metadata, org_id: 'org_a' },
});
const LOG: readonly StoredEvent[] = logOf([
  apiKeyCreated(),
  ...TYPES.map((type) => parseStoredEvent(ofOrgA(goldenEvent(type)))),
  apiKeyExpiring({}, { at: START + 1 }),
]);
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
afterEach(() => database.forget());
afterAll(() => database.drop());

async function found(filter: Partial<AuditFilter>): Promise<readonly string[]> {
  const page = { limit: 50, beforeSeq: null, offset: 0 };
  const { entries } = await readAuditPage(database.api, 'org_a', { ...ALL, ...filter }, page);
  return entries.map(({ event_type }) => event_type).toReversed();
}

it('has an entry of everything that happens to an endpoint, found by target, group, type and url', async () => {
  await database.project(new AuditLogProjection(), LOG);
  expect(await found({ targetTypes: ['webhook'] })).toEqual(TYPES);
  expect(await found({ targetIds: ['whk_4TgHy7UjKm2WsXe9RfVb'] })).toEqual(TYPES);
  expect(await found({ groups: ['integrations'] })).toEqual(['api_key.created', ...TYPES, 'api_key.expiring']);
  expect(await found({ types: ['webhook.tested', 'api_key.expiring'] })).toEqual([
    'webhook.tested',
    'api_key.expiring',
  ]);
  expect(await found({ search: 'HOOKS.example.com/keyledger' })).toEqual(['webhook.created']);
  const target = { type: 'webhook', id: 'whk_4TgHy7UjKm2WsXe9RfVb' } as const;
  const trail = await listActivity(database.api, 'org_a', target, { limit: 50, beforeSeq: null });
  expect(trail).toHaveLength(TYPES.length);
});

it('gives the same rows when pages end after every event, and on a second run', async () => {
  await database.project(new AuditLogProjection(), LOG);
  const whole = await database.rows(TABLES);
  await database.project(new AuditLogProjection(), LOG);
  expect(await database.rows(TABLES)).toEqual(whole);
  await database.forget();
  await database.project(
    new AuditLogProjection(),
    LOG,
    LOG.map((_, cut) => cut),
  );
  expect(await database.rows(TABLES)).toEqual(whole);
});

it('lets no reference to a secret into the audit log, nor out with the log of events', async () => {
  await database.project(new AuditLogProjection(), LOG);
  expect((await database.rows(TABLES)).join()).not.toMatch(/whs_|secret_id/);
  const events = await listLogEvents(database.api, 'org_a', [], { limit: 50, afterSeq: 0, untilSeq: null });
  expect(events).toHaveLength(LOG.length);
  expect(JSON.stringify(events)).not.toMatch(/whs_|secret_id/);
});
