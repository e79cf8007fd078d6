import {
  aDenial,
  anExport,
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyReactivated,
  apiKeyRevoked,
  apiKeyRotated,
  apiKeySuspended,
  apiKeyUpdated,
  keyId,
} from '#libs/testing';
import type { DomainEvent } from '../domain-event.js';
import type { Recorded } from '../recorded.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import { UnknownEvent } from '../stored/upcast.js';
import { toAuditEntry } from './audit-entry.js';

const change = (field: string) => ({ field, before: 'a', after: 'b' });
const status = (before: string, after: string | null) => ({ changes: [{ field: 'status', before, after }] });
const ofKey = {
  event_group: 'integrations',
  target_type: 'api_key',
  target_id: keyId(0),
  target_name: 'GRC pipeline',
  reason: null,
};

it('maps a creation to its initial values, without what is kept inside', () =>
  expect(toAuditEntry(apiKeyCreated({ scopes: ['audit:read'], expires_at: 5 }))).toEqual({
    ...ofKey,
    event_type: 'api_key.created',
    activity_type: 'record_creation',
    summary: 'Ada created API key "GRC pipeline"',
    data: {
      changes: [
        { field: 'status', before: null, after: 'active' },
        { field: 'name', before: null, after: 'GRC pipeline' },
        { field: 'type', before: null, after: 'service' },
        { field: 'environment', before: null, after: 'live' },
        { field: 'access', before: null, after: 'full' },
        { field: 'scopes', before: null, after: ['audit:read'] },
        { field: 'expires_at', before: null, after: 5 },
      ],
    },
  }));

it.each<[Recorded<DomainEvent>, string, string, object]>([
  [
    apiKeyUpdated([change('name')]),
    'field_update',
    'Ada changed name of API key "GRC pipeline"',
    { changes: [change('name')] },
  ],
  [
    apiKeyUpdated([change('name'), change('description')]),
    'field_update',
    'Ada changed name and description of API key "GRC pipeline"',
    { changes: [change('name'), change('description')] },
  ],
  [apiKeyRotated(), 'field_update', 'Ada rotated API key "GRC pipeline"', status('active', 'revoked')],
  [apiKeyRevoked(), 'field_update', 'Ada revoked API key "GRC pipeline"', status('active', 'revoked')],
  [apiKeySuspended(), 'field_update', 'Ada suspended API key "GRC pipeline"', status('active', 'suspended')],
  [apiKeyReactivated(), 'field_update', 'Ada reactivated API key "GRC pipeline"', status('suspended', 'active')],
  [apiKeyDeleted(), 'record_deletion', 'Ada deleted API key "GRC pipeline"', status('active', null)],
])('maps the transition of case %#', (event, activity_type, summary, data) => {
  expect(toAuditEntry(event)).toEqual({ ...ofKey, event_type: event.type, activity_type, summary, data });
});

it.each<[Recorded<DomainEvent>, string]>([
  [anExport(), 'Ada exported 12 rows of the audit log as CSV'],
  [anExport({ row_count: 1, format: 'ndjson' }), 'Ada exported 1 row of the audit log as NDJSON'],
  [anExport({ completed: false }), 'Ada exported 12 rows of the audit log as CSV, not to its end'],
  [anExport({ via: 'log', format: 'ndjson' }), 'Ada exported 12 events of the log as NDJSON'],
  [anExport({ via: 'log', format: 'ndjson', row_count: 1 }), 'Ada exported 1 event of the log as NDJSON'],
  [anExport({ via: 'acknowledgement', format: null }), 'Ada acknowledged an export of 12 rows of the audit log'],
])('maps an export to an access to the log of the organization', (event, summary) =>
  expect(toAuditEntry(event)).toEqual({
    ...{ event_group: 'configuration', event_type: 'audit_log_exported', activity_type: 'access' },
    ...{ target_type: 'audit_log', target_id: 'org_a', target_name: null, summary, reason: null },
    data: { changes: [], ...event.data },
  }),
);

it.each<[Recorded<DomainEvent>, string, string | null, string]>([
  [aDenial(), 'api_key', null, 'Ada was denied GET /v1/api-keys (insufficient_scope, keys:manage is needed)'],
  [
    aDenial({
      method: 'POST',
      route: '/v1/api-keys/{id}/rotate',
      target_id: keyId(0),
      code: 'scope_grant_forbidden',
      required_scope: null,
      count: 14,
    }),
    'api_key',
    keyId(0),
    `Ada was denied POST /v1/api-keys/{id}/rotate of ${keyId(0)} 14 times (scope_grant_forbidden)`,
  ],
  [
    aDenial({ route: '/v1/system_audit_log', required_scope: 'audit:read' }),
    'audit_log',
    'org_a',
    'Ada was denied GET /v1/system_audit_log (insufficient_scope, audit:read is needed)',
  ],
])('maps a denial to what it was about', (event, target_type, target_id, summary) =>
  expect(toAuditEntry(event)).toEqual({
    ...{ event_group: 'access', event_type: 'access_denied', activity_type: 'access' },
    ...{ target_type, target_id, target_name: null, summary, reason: null, data: { changes: [], ...event.data } },
  }),
);

it('names an actor without a name by the id, and hands on the reason', () => {
  const event = apiKeyRevoked({ reason: 'leak', actor: { type: 'api_key', id: keyId(9), name: null } });
  expect(toAuditEntry(event)).toMatchObject({ summary: `${keyId(9)} revoked API key "GRC pipeline"`, reason: 'leak' });
});

it('skips nothing that it does not understand', () => {
  const { metadata } = apiKeyRevoked();
  expect(() => toAuditEntry({ type: 'api_key.exploded', data: {}, metadata })).toThrow(UnknownEvent);
  expect(() => toAuditEntry({ type: 'api_key.revoked', data: {}, metadata })).toThrow(MalformedEvent);
});
