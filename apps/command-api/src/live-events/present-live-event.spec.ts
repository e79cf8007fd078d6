import { withoutWithheldFields, type DomainEvent, type Recorded } from '#libs/domain';
import {
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyExpiring,
  apiKeyRotated,
  apiKeyUpdated,
  keyId,
  recorded,
  START,
  webhookCreated,
  webhookDeleted,
  webhookDisabled,
  webhookId,
  webhookPaused,
  webhookSecretRotated,
  webhookUpdated,
} from '#libs/testing';
import { presentLiveEvent } from './present-live-event.js';

const job_id = 'job_1';
const attempt = 1;
const usage = {
  ...{ input_tokens: 0, output_tokens: 0, embedding_tokens: 0, structured_output_tokens: 0, rag_chunks: 0 },
  cost_usd: '0.000000',
};
const error = { code: 'broken', message: 'It broke.' };
const progress = { percent: 40, message: 'half way' };

/** As the audit log's row has it. */
const live = (event: Recorded<DomainEvent>, seq = 7) => {
  const data = withoutWithheldFields(event.type, { ...event.data });
  return presentLiveEvent({ seq, event: { ...event, data, id: 'any', revision: 0 } });
};
const ofJob = (type: string, data: object) =>
  // Parsed by what is tested.
  live(recorded({ type, data: { job_id, ...data } } as DomainEvent));

const submitted = (scheduled_for: number | null) => {
  return {
    ...{ policy_type: 'auto', source: 'api', input: { secret: 1 }, input_sha256: 'a'.repeat(64), priority: 5 },
    ...{ max_attempts: 3, scheduled_for, metadata: {} },
  };
};

it.each<[string, object, object]>([
  ['job.submitted', submitted(null), { status: 'queued' }],
  ['job.submitted', submitted(START + 60), { status: 'pending' }],
  ['job.leased', { attempt, worker_id: null, lease_seconds: 30 }, { status: 'processing' }],
  [
    'job.leased',
    { attempt: 2, worker_id: null, lease_seconds: 30 },
    { status: 'processing', progress: { percent: 0, message: null } },
  ],
  ['job.progressed', { attempt, before: { percent: 0, message: null }, ...progress }, { progress }],
  ['job.completed', { attempt, result: { a: 1 }, result_sha256: 'b'.repeat(64), usage }, { status: 'completed' }],
  ['job.attempt_failed', { attempt, error, retryable: true, usage, next_attempt_at: START }, { status: 'pending' }],
  ['job.attempt_failed', { attempt, error, retryable: false, usage, next_attempt_at: null }, {}],
  ['job.lease_expired', { attempt, next_attempt_at: START + 5 }, { status: 'pending' }],
  ['job.lease_expired', { attempt, next_attempt_at: null }, {}],
  ['job.failed', { attempt, error }, { status: 'failed' }],
  ['job.cancelled', { attempt: null, status_before: 'queued' }, { status: 'cancelled' }],
  ['job.retried', { max_attempts: 6, max_attempts_before: 3, status_before: 'failed' }, { status: 'queued' }],
  ['job.usage_recorded', { attempt, usage }, {}],
])('shows %s %j as %j', (type, data, changed) => {
  const occurred_at = new Date(START * 1_000).toISOString();
  expect(ofJob(type, data)).toEqual({
    kind: 'job',
    data: { id: job_id, event_type: type, seq: 7, occurred_at, ...changed },
  });
});

it.each<[Recorded<DomainEvent>, object]>([
  [apiKeyCreated(), { status: 'active' }],
  [apiKeyUpdated([{ field: 'name', before: 'a', after: 'b' }]), {}],
  [apiKeyRotated(), { status: 'revoked' }],
  [apiKeyDeleted(), { status: null }],
  [apiKeyExpiring(), {}],
])('shows an event of a key: $type', (event, changed) => {
  const { occurred_at } = event.metadata;
  expect(live(event)).toEqual({
    kind: 'api_key',
    data: { id: keyId(0), event_type: event.type, seq: 7, occurred_at, ...changed },
  });
});

it.each<[Recorded<DomainEvent>, object]>([
  [webhookCreated(), { status: 'active' }],
  [webhookUpdated(), {}],
  [webhookPaused(), { status: 'paused' }],
  [webhookDisabled(), { status: 'disabled' }],
  [webhookSecretRotated(), {}],
  [webhookDeleted(), {}],
])('shows an event of an endpoint: $type', (event, changed) => {
  const { occurred_at } = event.metadata;
  expect(live(event)).toEqual({
    kind: 'webhook',
    data: { id: webhookId(), event_type: event.type, seq: 7, occurred_at, ...changed },
  });
});

it('shows nothing of what is no key, job or endpoint', () => {
  const exported = { format: 'csv', via: 'export', row_count: 0, completed: true, filters: {} } as const;
  expect(live(recorded({ type: 'audit_log_exported', data: exported }))).toBeNull();
});

it('refuses what it does not know rather than leave it out', () => {
  expect(() => ofJob('job.vanished', {})).toThrow('job.vanished');
  expect(() => ofJob('job.leased', {})).toThrow('job.leased');
});
