import type { ActorType } from '../actor.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { JobError, JobProgress, JobSource } from './job.events.js';
import type { Usage } from './usage.js';

/** How far a job is, the clock aside: `waiting` is shown as `pending` until `availableAt`, then as `queued`. */
export type JobPhase = 'waiting' | 'processing' | 'completed' | 'failed' | 'cancelled';

export type AttemptOutcome = 'completed' | 'failed' | 'lease_expired' | 'cancelled';

/** What a worker said of its attempt at its end; an equal report again is answered as the first. */
export type AttemptReport =
  | { readonly kind: 'completed'; readonly resultSha256: string; readonly usage: Usage }
  | { readonly kind: 'failed'; readonly error: JobError; readonly retryable: boolean; readonly usage: Usage }
  /** It came after the attempt had lost its lease. */
  | { readonly kind: 'late'; readonly usage: Usage };

export interface AttemptState {
  /** From 1. */
  readonly number: number;
  readonly workerId: string | null;
  readonly leaseSeconds: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** Unix milliseconds; null while it runs. */
  readonly finishedAt: number | null;
  /** Null while it runs. */
  readonly outcome: AttemptOutcome | null;
  /** How often it has said how far it is; equal reports again aside. */
  readonly progressReports: number;
  readonly error: JobError | null;
  readonly report: AttemptReport | null;
}

export interface JobFacts {
  readonly id: string;
  readonly phase: JobPhase;
  readonly policyType: string;
  readonly source: JobSource;
  readonly submittedBy: { readonly type: ActorType; readonly id: string };
  /** Null where a reader keeps it elsewhere: only workers see it. */
  readonly input: JsonObject | null;
  readonly priority: number;
  readonly maxAttempts: number;
  /** What `maxAttempts` is raised by when the job is retried. */
  readonly maxAttemptsAskedFor: number;
  /** How many attempts there were when the job was last retried, 0 where it was not: the back-off begins anew behind them. */
  readonly attemptsBeforeRetry: number;
  readonly metadata: JsonObject;
  /** Unix seconds, as asked for. */
  readonly scheduledFor: number | null;
  /** Unix seconds: not leased before; of meaning while it waits. */
  readonly availableAt: number;
  /** `availableAt` is that of a next attempt after one that failed. */
  readonly isBackingOff: boolean;
  /** Unix seconds. */
  readonly createdAt: number;
  /** Unix seconds; null while it is not finished. */
  readonly finishedAt: number | null;
  readonly progress: JobProgress;
  readonly result: JsonValue;
  /** Of the last attempt that failed; null once a later one succeeded. */
  readonly error: JobError | null;
  /** In order, the running one last. */
  readonly attempts: readonly AttemptState[];
}

/** Stream `job-{id}`. */
export interface JobState {
  /** Null before the first event. */
  readonly orgId: string | null;
  readonly job: JobFacts | null;
}
