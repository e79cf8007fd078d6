import type { JsonObject, JsonValue } from '../json.js';
import type { Usage } from './usage.js';

/*
 * The events of stream `job-{id}`. Type names and field names are storage formats: a change of meaning is a new schema
 * version with an upcaster and a golden file. Times are Unix seconds unless their name says otherwise.
 *
 * Nothing here says that a job is due: whether it waits for its time or may be leased is a matter of the clock. No event
 * holds a lease token. Input and result stand beside their SHA-256 (of the JSON text as it was stored, lower-case hex),
 * which is all that readers of the log see of them.
 */

/** `api`: submitted with a key; `web`: by a person. */
export type JobSource = 'api' | 'web';

export type JobSubmitted = {
  readonly type: 'job.submitted';
  readonly data: {
    readonly job_id: string;
    readonly policy_type: string;
    readonly source: JobSource;
    readonly input: JsonObject;
    readonly input_sha256: string;
    /** 0 to 9; 9 goes first. */
    readonly priority: number;
    readonly max_attempts: number;
    /** Not before; null: at once. */
    readonly scheduled_for: number | null;
    readonly metadata: JsonObject;
  };
};

/** Attempt number `attempt`, from 1, begins. */
export type JobLeased = {
  readonly type: 'job.leased';
  readonly data: {
    readonly job_id: string;
    readonly attempt: number;
    /** As the worker called itself. */
    readonly worker_id: string | null;
    /** What the lease, and each extension of it, lasts. */
    readonly lease_seconds: number;
  };
};

export type JobProgress = {
  /** 0 to 100. */
  readonly percent: number;
  readonly message: string | null;
};

/** `before` is the progress until then: readers of the log learn what changed, and whether a mark was crossed, from it. */
export type JobProgressed = {
  readonly type: 'job.progressed';
  readonly data: { readonly job_id: string; readonly attempt: number; readonly before: JobProgress } & JobProgress;
};

export type JobCompleted = {
  readonly type: 'job.completed';
  readonly data: {
    readonly job_id: string;
    readonly attempt: number;
    readonly result: JsonValue;
    readonly result_sha256: string;
    readonly usage: Usage;
  };
};

export type JobError = { readonly code: string; readonly message: string };

/** A worker reported failure. `next_attempt_at` null: there is none, and `job.failed` follows in the same append. */
export type JobAttemptFailed = {
  readonly type: 'job.attempt_failed';
  readonly data: {
    readonly job_id: string;
    readonly attempt: number;
    readonly error: JobError;
    readonly retryable: boolean;
    readonly usage: Usage;
    readonly next_attempt_at: number | null;
  };
};

/** Nothing was heard of the attempt until its lease's end. `next_attempt_at` as above. */
export type JobLeaseExpired = {
  readonly type: 'job.lease_expired';
  readonly data: { readonly job_id: string; readonly attempt: number; readonly next_attempt_at: number | null };
};

/** The last attempt failed, or one that is not to be tried again. */
export type JobFailed = {
  readonly type: 'job.failed';
  readonly data: { readonly job_id: string; readonly attempt: number; readonly error: JobError };
};

/** `attempt` is the one that ran, null where none did. */
export type JobCancelled = {
  readonly type: 'job.cancelled';
  readonly data: { readonly job_id: string; readonly attempt: number | null; readonly status_before: JobStatusBefore };
};

/** What a job was that was cancelled or is tried again. */
export type JobStatusBefore = 'pending' | 'queued' | 'processing' | 'failed' | 'cancelled';

/** Failed or cancelled, and to be tried again at once; `max_attempts` is what it was raised to. */
export type JobRetried = {
  readonly type: 'job.retried';
  readonly data: {
    readonly job_id: string;
    readonly max_attempts: number;
    readonly max_attempts_before: number;
    readonly status_before: JobStatusBefore;
  };
};

/** What an attempt that had lost its lease says it has spent: wasted, and recorded once. */
export type JobUsageRecorded = {
  readonly type: 'job.usage_recorded';
  readonly data: { readonly job_id: string; readonly attempt: number; readonly usage: Usage };
};

export type JobEvent =
  | JobSubmitted
  | JobLeased
  | JobProgressed
  | JobCompleted
  | JobAttemptFailed
  | JobLeaseExpired
  | JobFailed
  | JobCancelled
  | JobRetried
  | JobUsageRecorded;
