import { goldenEvent } from '#libs/testing';
import type { DomainEventType } from '../domain-event.js';
import { toAuditEntry } from './audit-entry.js';

const [first, second] = ['https://hooks.example.com/keyledger', 'https://hooks.example.com/v2'];
const changed = (field: string, before: unknown, after: unknown) => ({ field, before, after });
const delivery_id = 'dlv_5TgBn8YhUj2KmIo0PlQw';
const again = {
  ...{ delivery_id: 'dlv_3EdCx6RfVt9GbYhN1MjK', redelivery_of: 'dlv_7WsXz4QaEd5CrFvTgByH' },
  ...{ event_id: 'evt_0f8fad5bd9cb469fa16570867728950e', event_type: 'job.completed' },
};

it.each<[DomainEventType, string, string, object]>([
  [
    'webhook.created',
    'record_creation',
    `Ada created webhook "${first}"`,
    {
      changes: [
        changed('status', null, 'active'),
        changed('url', null, first),
        changed('events', null, ['job.completed', 'api_key.revoked']),
        changed('description', null, 'Billing'),
        changed('secret_hint', null, 'whsec_2YkL…cdef'),
      ],
    },
  ],
  [
    'webhook.updated',
    'field_update',
    `Ada changed url and events of webhook "${second}"`,
    {
      changes: [
        changed('url', first, second),
        changed('events', ['job.completed', 'api_key.revoked'], ['job.completed', 'job.failed']),
      ],
    },
  ],
  [
    'webhook.secret_rotated',
    'field_update',
    `Ada rotated the secret of webhook "${second}"`,
    {
      changes: [changed('secret_hint', 'whsec_2YkL…cdef', 'whsec_7PwQ…3x8A')],
      ...{ overlap_seconds: 86_400, previous_ends_at: 1_767_312_020 },
    },
  ],
  [
    'webhook.tested',
    'field_update',
    `Ada tested webhook "${second}" with job.failed`,
    { changes: [], delivery_id, event_type: 'job.failed' },
  ],
  [
    'webhook.redelivered',
    'field_update',
    `Ada sent dlv_7WsXz4QaEd5CrFvTgByH (job.completed) to webhook "${second}" again`,
    { changes: [], ...again },
  ],
  [
    'webhook.replayed',
    'field_update',
    `Ada replayed 12 events to webhook "${second}"`,
    {
      ...{ changes: [], replay_id: 'rpl_2UjMk9IoLp4QaZwSxEdC', since: 1_767_139_200, until: 1_767_225_650 },
      ...{ event_types: ['job.completed', 'job.failed'], count: 12 },
    },
  ],
  [
    'webhook.disabled',
    'field_update',
    `Webhook dispatcher disabled webhook "${second}" (failing)`,
    { changes: [changed('status', 'active', 'disabled'), changed('status_reason', null, 'failing')] },
  ],
  [
    'webhook.paused',
    'field_update',
    `Ada paused webhook "${second}"`,
    { changes: [changed('status', 'disabled', 'paused'), changed('status_reason', 'failing', null)] },
  ],
  [
    'webhook.activated',
    'field_update',
    `Ada activated webhook "${second}" and skipped what was pending`,
    { changes: [changed('status', 'paused', 'active')], backlog: 'skip' },
  ],
  ['webhook.deleted', 'record_deletion', `Ada deleted webhook "${second}"`, { changes: [] }],
])('maps %s to a %s', (event_type, activity_type, summary, data) => {
  const stored = goldenEvent(event_type);
  expect(toAuditEntry(stored)).toEqual({
    ...{ event_group: 'integrations', event_type, activity_type, target_type: 'webhook' },
    ...{ target_id: 'whk_4TgHy7UjKm2WsXe9RfVb', target_name: stored.data['url'], summary, reason: null, data },
  });
});

it('says of an activation that only skipped what it did', () => {
  const { data, ...event } = goldenEvent('webhook.activated');
  expect(toAuditEntry({ ...event, data: { ...data, changes: [] } })?.summary).toBe(
    `Ada skipped what was pending for webhook "${second}"`,
  );
  expect(toAuditEntry({ ...event, data: { ...data, backlog: 'send' } })?.summary).toBe(
    `Ada activated webhook "${second}"`,
  );
});

it('maps that a key expires to an entry of the key without changes', () =>
  expect(toAuditEntry(goldenEvent('api_key.expiring'))).toEqual({
    ...{ event_group: 'integrations', event_type: 'api_key.expiring', activity_type: 'field_update' },
    ...{ target_type: 'api_key', target_id: 'ak_2YkLm3pQrStUvWxYz012', target_name: 'GRC pipeline', reason: null },
    summary: 'Expiry announcer announced that API key "GRC pipeline" expires in 7 days',
    data: { changes: [], expires_at: 1_798_761_600, days_left: 7 },
  }));
