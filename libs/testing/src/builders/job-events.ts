import {
  NO_USAGE,
  type JobAttemptFailed,
  type JobCancelled,
  type JobCompleted,
  type JobFailed,
  type JobLeased,
  type JobLeaseExpired,
  type JobProgressed,
  type JobRetried,
  type JobSubmitted,
  type JobUsageRecorded,
  type Recorded,
  type Usage,
} from '#libs/domain';
import { recorded, type Circumstances } from './recorded-event.js';

/** The id of the nth test job, 0 to 9999. */
export function jobId(n = 0): string {
  return `job_AbCdEfGhIjKlMnOpQrSt${String(n).padStart(4, '0')}`;
}

const DIGEST = '0123456789abcdef'.repeat(4);

/** Nothing spent, with what is given. */
export function usageOf(usage: Partial<Usage> = {}): Usage {
  return { ...NO_USAGE, ...usage };
}

/** The first test job, of type `commercial_auto`, to be done at once in up to three attempts, with what is given. */
export function jobSubmitted(
  data: Partial<JobSubmitted['data']> = {},
  circumstances?: Circumstances,
): Recorded<JobSubmitted> {
  const job: JobSubmitted['data'] = {
    ...{ job_id: jobId(), policy_type: 'commercial_auto', source: 'web', input: { vin: '1' }, input_sha256: DIGEST },
    ...{ priority: 5, max_attempts: 3, scheduled_for: null, metadata: {} },
    ...data,
  };
  return recorded({ type: 'job.submitted', data: job }, circumstances);
}

export function jobLeased(data: Partial<JobLeased['data']> = {}, circumstances?: Circumstances): Recorded<JobLeased> {
  const lease = { job_id: jobId(), attempt: 1, worker_id: 'worker-1', lease_seconds: 30, ...data };
  return recorded({ type: 'job.leased', data: lease }, circumstances);
}

/** At 50 %, coming from none. */
export function jobProgressed(
  data: Partial<JobProgressed['data']> = {},
  circumstances?: Circumstances,
): Recorded<JobProgressed> {
  const before = { percent: 0, message: null };
  const progress = { job_id: jobId(), attempt: 1, percent: 50, message: null, before, ...data };
  return recorded({ type: 'job.progressed', data: progress }, circumstances);
}

export function jobCompleted(
  data: Partial<JobCompleted['data']> = {},
  circumstances?: Circumstances,
): Recorded<JobCompleted> {
  const end = { job_id: jobId(), attempt: 1, result: { ok: true }, result_sha256: DIGEST, usage: usageOf(), ...data };
  return recorded({ type: 'job.completed', data: end }, circumstances);
}

/** Without a next attempt, as `jobFailed` has to follow. */
export function jobAttemptFailed(
  data: Partial<JobAttemptFailed['data']> = {},
  circumstances?: Circumstances,
): Recorded<JobAttemptFailed> {
  const failure = { job_id: jobId(), attempt: 1, error: A_FAILURE, retryable: true, usage: usageOf() };
  return recorded({ type: 'job.attempt_failed', data: { ...failure, next_attempt_at: null, ...data } }, circumstances);
}

/** Without a next attempt, as `jobFailed` has to follow. */
export function jobLeaseExpired(
  data: Partial<JobLeaseExpired['data']> = {},
  circumstances?: Circumstances,
): Recorded<JobLeaseExpired> {
  const loss = { job_id: jobId(), attempt: 1, next_attempt_at: null, ...data };
  return recorded({ type: 'job.lease_expired', data: loss }, circumstances);
}

export function jobFailed(data: Partial<JobFailed['data']> = {}, circumstances?: Circumstances): Recorded<JobFailed> {
  return recorded(
    { type: 'job.failed', data: { job_id: jobId(), attempt: 1, error: A_FAILURE, ...data } },
    circumstances,
  );
}

/** Before any attempt ran. */
export function jobCancelled(
  data: Partial<JobCancelled['data']> = {},
  circumstances?: Circumstances,
): Recorded<JobCancelled> {
  const end = { job_id: jobId(), attempt: null, status_before: 'queued', ...data } as const;
  return recorded({ type: 'job.cancelled', data: end }, circumstances);
}

export function jobRetried(
  data: Partial<JobRetried['data']> = {},
  circumstances?: Circumstances,
): Recorded<JobRetried> {
  const attempts = { max_attempts: 6, max_attempts_before: 3 };
  const retry = { job_id: jobId(), ...attempts, status_before: 'failed', ...data } as const;
  return recorded({ type: 'job.retried', data: retry }, circumstances);
}

export function jobUsageRecorded(
  data: Partial<JobUsageRecorded['data']> = {},
  circumstances?: Circumstances,
): Recorded<JobUsageRecorded> {
  const usage = usageOf({ input_tokens: 7, cost_usd: '0.000007' });
  return recorded({ type: 'job.usage_recorded', data: { job_id: jobId(), attempt: 1, usage, ...data } }, circumstances);
}

/** What a failure of the builders says. */
export const A_FAILURE = { code: 'ocr_timeout', message: 'The scanner did not answer.' };
