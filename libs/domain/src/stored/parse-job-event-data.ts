import { COST } from '../job/normalise-usage.js';
import type { JobEvent } from '../job/job.events.js';
import type { EventFields } from './event-fields.js';

const STATUSES_BEFORE = ['pending', 'queued', 'processing', 'failed', 'cancelled'] as const;

/** The data of an event of stream `job-{id}`. @throws MalformedEvent */
export function parseJobEventData(type: JobEvent['type'], fields: EventFields): JobEvent {
  const job_id = fields.string('job_id');
  switch (type) {
    case 'job.submitted':
      return { type, data: fields.done({ job_id, ...submitted(fields) }) };
    case 'job.leased': {
      const [worker_id, lease_seconds] = [fields.stringOrNull('worker_id'), fields.count('lease_seconds')];
      return { type, data: fields.done({ job_id, attempt: fields.count('attempt'), worker_id, lease_seconds }) };
    }
    case 'job.progressed': {
      const before = fields.nested('before');
      const progress = { ...progressOf(fields), before: before.done(progressOf(before)) };
      return { type, data: fields.done({ job_id, attempt: fields.count('attempt'), ...progress }) };
    }
    case 'job.completed': {
      const result = { result: fields.json('result'), result_sha256: fields.string('result_sha256') };
      return { type, data: fields.done({ job_id, attempt: fields.count('attempt'), ...result, usage: usage(fields) }) };
    }
    case 'job.attempt_failed':
      return { type, data: fields.done({ job_id, ...attemptFailed(fields) }) };
    case 'job.lease_expired': {
      const next_attempt_at = fields.countOrNull('next_attempt_at');
      return { type, data: fields.done({ job_id, attempt: fields.count('attempt'), next_attempt_at }) };
    }
    case 'job.failed':
      return { type, data: fields.done({ job_id, attempt: fields.count('attempt'), error: error(fields) }) };
    case 'job.cancelled': {
      const status_before = fields.oneOf('status_before', STATUSES_BEFORE);
      return { type, data: fields.done({ job_id, attempt: fields.countOrNull('attempt'), status_before }) };
    }
    case 'job.retried': {
      const max_attempts = fields.count('max_attempts');
      const before = {
        max_attempts_before: fields.count('max_attempts_before'),
        status_before: fields.oneOf('status_before', STATUSES_BEFORE),
      };
      return { type, data: fields.done({ job_id, max_attempts, ...before }) };
    }
    case 'job.usage_recorded':
      return { type, data: fields.done({ job_id, attempt: fields.count('attempt'), usage: usage(fields) }) };
  }
}

function submitted(fields: EventFields) {
  return {
    policy_type: fields.string('policy_type'),
    source: fields.oneOf('source', ['api', 'web']),
    input: fields.object('input'),
    input_sha256: fields.string('input_sha256'),
    priority: fields.count('priority'),
    max_attempts: fields.count('max_attempts'),
    scheduled_for: fields.countOrNull('scheduled_for'),
    metadata: fields.object('metadata'),
  };
}

function attemptFailed(fields: EventFields) {
  return {
    attempt: fields.count('attempt'),
    error: error(fields),
    retryable: fields.boolean('retryable'),
    usage: usage(fields),
    next_attempt_at: fields.countOrNull('next_attempt_at'),
  };
}

function progressOf(fields: EventFields) {
  return { percent: fields.count('percent'), message: fields.stringOrNull('message') };
}

function error(fields: EventFields) {
  const parts = fields.nested('error');
  return parts.done({ code: parts.string('code'), message: parts.string('message') });
}

function usage(fields: EventFields) {
  const parts = fields.nested('usage');
  return parts.done({
    input_tokens: parts.count('input_tokens'),
    output_tokens: parts.count('output_tokens'),
    embedding_tokens: parts.count('embedding_tokens'),
    structured_output_tokens: parts.count('structured_output_tokens'),
    rag_chunks: parts.count('rag_chunks'),
    cost_usd: parts.matching('cost_usd', COST, 'a decimal'),
  });
}
