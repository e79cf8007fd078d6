import type { ActorType } from '../actor.js';
import type { JsonObject, JsonValue } from '../json.js';
import { jobStatusAt, type JobStatus } from './job-status-at.js';
import type { JobError, JobProgress, JobSource } from './job.events.js';
import type { JobFacts } from './job.state.js';
import { presentAttempt, usageOf, type PresentedAttempt } from './present-attempt.js';
import { sumOfUsage, type SummedUsage } from './sum-of-usage.js';

/** A job as lists and most answers show it, in the order of the OpenAPI document. Times are Unix seconds. */
export type PresentedJob = {
  readonly id: string;
  readonly status: JobStatus;
  readonly policy_type: string;
  readonly source: JobSource;
  readonly priority: number;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly progress: JobProgress;
  readonly created_at: number;
  readonly scheduled_for: number | null;
  readonly next_attempt_at: number | null;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly duration_ms: number | null;
  readonly result: JsonValue;
  readonly error: JobError | null;
  readonly metadata: JsonObject;
  readonly key_id: string | null;
  readonly submitted_by: { readonly type: ActorType; readonly id: string };
  readonly usage: SummedUsage;
};

/** The single job, with every attempt at it. */
export type PresentedJobInFull = PresentedJob & { readonly attempt_history: readonly PresentedAttempt[] };

/** The job at that second. Its input is not in it: that goes to workers alone. */
export function presentJob(job: JobFacts, nowSeconds: number): PresentedJob {
  const status = jobStatusAt(job, nowSeconds);
  const attempts = job.attempts.map(presentAttempt);
  const durations = attempts.flatMap(({ duration_ms }) => duration_ms ?? []);
  return {
    id: job.id,
    status,
    policy_type: job.policyType,
    source: job.source,
    priority: job.priority,
    attempts: attempts.length,
    max_attempts: job.maxAttempts,
    progress: { percent: job.progress.percent, message: job.progress.message },
    created_at: job.createdAt,
    scheduled_for: job.scheduledFor,
    next_attempt_at: status === 'pending' && job.isBackingOff ? job.availableAt : null,
    started_at: attempts[0]?.started_at ?? null,
    finished_at: job.finishedAt,
    duration_ms: durations.length === 0 ? null : durations.reduce((sum, duration) => sum + duration, 0),
    result: job.result,
    error: job.error,
    metadata: job.metadata,
    key_id: job.source === 'api' ? job.submittedBy.id : null,
    submitted_by: { type: job.submittedBy.type, id: job.submittedBy.id },
    usage: sumOfUsage(job.attempts.map(usageOf)),
  };
}

export function presentJobInFull(job: JobFacts, nowSeconds: number): PresentedJobInFull {
  return { ...presentJob(job, nowSeconds), attempt_history: job.attempts.map(presentAttempt) };
}
