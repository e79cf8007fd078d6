import {
  ADA,
  A_FAILURE,
  jobAttemptFailed,
  jobCancelled,
  jobCompleted,
  jobFailed,
  jobId,
  jobLeased,
  jobLeaseExpired,
  jobProgressed,
  jobRetried,
  jobSubmitted,
  jobUsageRecorded,
  policyTypeCreated,
  policyTypeUpdated,
  START,
  usageOf,
} from '#libs/testing';
import type { DomainEvent } from '../domain-event.js';
import type { FieldChange } from '../field-change.js';
import type { Recorded } from '../recorded.js';
import { toAuditEntry } from './audit-entry.js';
import { changesOf } from './changes-of.js';

const ofJob = { event_group: 'jobs', target_type: 'job', target_id: jobId(), target_name: null, reason: null };
const status = (before: string | null, after: string): FieldChange => ({ field: 'status', before, after });

it('maps a submission to its public fields, without its input', () =>
  expect(toAuditEntry(jobSubmitted({ source: 'api', scheduled_for: START + 60, metadata: { case: 'A' } }))).toEqual({
    ...ofJob,
    ...{ event_type: 'job.submitted', activity_type: 'record_creation' },
    summary: `Ada submitted job ${jobId()} of policy type "commercial_auto"`,
    data: {
      changes: [
        status(null, 'pending'),
        { field: 'policy_type', before: null, after: 'commercial_auto' },
        { field: 'source', before: null, after: 'api' },
        { field: 'priority', before: null, after: 5 },
        { field: 'max_attempts', before: null, after: 3 },
        { field: 'scheduled_for', before: null, after: START + 60 },
        { field: 'metadata', before: null, after: { case: 'A' } },
      ],
      input_sha256: '0123456789abcdef'.repeat(4),
    },
  }));

it.each([null, START, START - 60])('has a job for queued that is due at %p', (scheduled_for) =>
  expect(changesOf(jobSubmitted({ scheduled_for }))[0]).toEqual(status(null, 'queued')),
);

it.each<[Recorded<DomainEvent>, string, object]>([
  [
    jobCompleted({ usage: usageOf({ rag_chunks: 2 }) }),
    `Ada completed job ${jobId()}`,
    {
      changes: [status('processing', 'completed')],
      ...{ attempt: 1, usage: usageOf({ rag_chunks: 2 }), result_sha256: '0123456789abcdef'.repeat(4) },
    },
  ],
  [
    jobFailed(),
    `Ada failed job ${jobId()} (ocr_timeout)`,
    { changes: [status('processing', 'failed')], attempt: 1, error: A_FAILURE },
  ],
  [
    jobCancelled({ attempt: 1, status_before: 'processing' }),
    `Ada cancelled job ${jobId()}`,
    { changes: [status('processing', 'cancelled')], attempt: 1 },
  ],
  [
    jobRetried(),
    `Ada retried job ${jobId()}`,
    { changes: [status('failed', 'queued'), { field: 'max_attempts', before: 3, after: 6 }] },
  ],
])('maps the transition of case %#', (event, summary, data) =>
  expect(toAuditEntry(event)).toEqual({
    ...ofJob,
    ...{ event_type: event.type, activity_type: 'field_update', summary, data },
  }),
);

it.each<[string, Recorded<DomainEvent>, readonly FieldChange[]]>([
  ['a lease', jobLeased({ attempt: 2 }), [status('queued', 'processing'), { field: 'attempts', before: 1, after: 2 }]],
  [
    'progress',
    jobProgressed({ message: 'Half' }),
    [{ field: 'progress', before: { percent: 0, message: null }, after: { percent: 50, message: 'Half' } }],
  ],
  [
    'an attempt that another follows',
    jobAttemptFailed({ next_attempt_at: 9 }),
    [status('processing', 'pending'), { field: 'next_attempt_at', before: null, after: 9 }],
  ],
  [
    'a lost attempt that another follows',
    jobLeaseExpired({ next_attempt_at: 9 }),
    [status('processing', 'pending'), { field: 'next_attempt_at', before: null, after: 9 }],
  ],
  ['the last attempt, which `job.failed` ends', jobAttemptFailed(), []],
  ['late usage', jobUsageRecorded(), []],
])('makes no entry of %s, though it says what changed', (_, event, changes) => {
  expect(toAuditEntry(event)).toBeNull();
  expect(changesOf(event)).toEqual(changes);
});

const ofPolicyType = { event_group: 'configuration', target_type: 'policy_type', target_id: 'commercial_auto' };

it('maps what happens to a policy type', () => {
  expect(toAuditEntry(policyTypeCreated({ result_schema: true }, { reason: 'new line' }))).toEqual({
    ...{ ...ofPolicyType, event_type: 'policy_type.created', activity_type: 'record_creation', reason: 'new line' },
    ...{ target_name: 'Commercial auto', summary: `${ADA.name} created policy type "commercial_auto"` },
    data: {
      changes: [
        { field: 'title', before: null, after: 'Commercial auto' },
        { field: 'result_schema', before: null, after: true },
        { field: 'defaults', before: null, after: { priority: 5, max_attempts: 3 } },
      ],
    },
  });
  const changes = [{ field: 'title', before: 'Commercial auto', after: 'Fleet' }];
  expect(toAuditEntry(policyTypeUpdated({ changes }))).toEqual({
    ...{ ...ofPolicyType, event_type: 'policy_type.updated', activity_type: 'field_update', reason: null },
    ...{ target_name: 'Fleet', summary: 'Ada changed title of policy type "commercial_auto"', data: { changes } },
  });
});
