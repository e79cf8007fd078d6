import type { JsonObject, JsonValue } from '../json.js';
import type { JobError, JobSource } from './job.events.js';
import type { Usage } from './usage.js';

/*
 * What may be asked of a job. `now` is the instant of the decision in Unix milliseconds, as in the commands of a key.
 * `leaseEndsAt` is the end of the attempt's lease by the same clock, which the lease's row knows and no event does:
 * not after `now`, or closed, the attempt has lost it.
 */

export interface SubmitJob {
  readonly kind: 'SubmitJob';
  readonly jobId: string;
  readonly policyType: string;
  readonly source: JobSource;
  readonly input: JsonObject;
  readonly inputSha256: string;
  /** 0 to 9. */
  readonly priority: number;
  /** 1 to 25. */
  readonly maxAttempts: number;
  /** Unix seconds; null or past: at once. */
  readonly scheduledFor: number | null;
  readonly metadata: JsonObject;
  readonly now: number;
}

interface OfAttempt<Kind extends string> {
  readonly kind: Kind;
  readonly jobId: string;
  readonly attempt: number;
  readonly now: number;
}

/**
 * Begins that attempt, if it is the next one; of a job that is not queued now, or has come further, it is no event and no
 * error: somebody was faster.
 */
export interface LeaseJob extends OfAttempt<'LeaseJob'> {
  readonly workerId: string | null;
  /** 10 to 600. */
  readonly leaseSeconds: number;
}

export interface ReportProgress extends OfAttempt<'ReportProgress'> {
  readonly percent: number;
  readonly message: string | null;
  readonly leaseEndsAt: number;
}

export interface CompleteJob extends OfAttempt<'CompleteJob'> {
  readonly result: JsonValue;
  readonly resultSha256: string;
  readonly usage: Usage;
  readonly leaseEndsAt: number;
}

export interface FailAttempt extends OfAttempt<'FailAttempt'> {
  readonly error: JobError;
  readonly retryable: boolean;
  readonly usage: Usage;
  /** From 0 to 1, by chance: spreads the next attempt over ±20 %. */
  readonly jitter: number;
  readonly leaseEndsAt: number;
}

/** The attempt's lease has ended, which its row says; of an attempt that ended otherwise it is no event. */
export interface ExpireLease extends OfAttempt<'ExpireLease'> {
  readonly jitter: number;
}

/** What an attempt says it spent after it lost its lease; no event where it has reported already. */
export interface RecordLateUsage extends OfAttempt<'RecordLateUsage'> {
  readonly usage: Usage;
}

export interface CancelJob {
  readonly kind: 'CancelJob';
  readonly jobId: string;
  readonly now: number;
}

export interface RetryJob {
  readonly kind: 'RetryJob';
  readonly jobId: string;
  readonly now: number;
}

export type JobCommand =
  | SubmitJob
  | LeaseJob
  | ReportProgress
  | CompleteJob
  | FailAttempt
  | ExpireLease
  | RecordLateUsage
  | CancelJob
  | RetryJob;
