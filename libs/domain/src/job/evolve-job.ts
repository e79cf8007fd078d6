import type { Recorded } from '../recorded.js';
import { toSeconds } from '../seconds.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import { attemptEnded, attemptProgressed, attemptReportedLate, attemptStarted } from './evolve-attempt.js';
import { runningAttempt } from './existing-job.js';
import type { JobCancelled, JobEvent, JobRetried, JobSubmitted } from './job.events.js';
import type { JobFacts, JobState } from './job.state.js';
import { LEASE_EXPIRED } from './lease-expired.js';

/** The job after one more event. @throws MalformedEvent on an event that cannot follow those before it */
export function evolveJob(state: JobState, event: Recorded<JobEvent>): JobState {
  const at = Date.parse(event.metadata.occurred_at);
  if (Number.isNaN(at)) throw new MalformedEvent(event.type, 'metadata.occurred_at is no time');
  if (event.type === 'job.submitted') {
    if (state.job !== null) throw new MalformedEvent(event.type, 'there is a job in this stream already');
    return { orgId: event.metadata.org_id, job: submitted(event, toSeconds(at)) };
  }
  if (state.job?.id !== event.data.job_id) throw new MalformedEvent(event.type, 'job_id names no job of the stream');
  return { ...state, job: changed(state.job, event, at) };
}

function changed(job: JobFacts, event: Exclude<JobEvent, JobSubmitted>, at: number): JobFacts {
  switch (event.type) {
    case 'job.leased':
      return attemptStarted(job, event, at);
    case 'job.progressed':
      return attemptProgressed(job, event);
    case 'job.completed': {
      const { result, result_sha256: resultSha256, usage } = event.data;
      const end = { outcome: 'completed', error: null, report: { kind: 'completed', resultSha256, usage } } as const;
      return finished({ ...attemptEnded(job, event, end, at), result, error: null }, 'completed', at);
    }
    case 'job.attempt_failed': {
      const { error, retryable, usage, next_attempt_at } = event.data;
      const end = { outcome: 'failed', error, report: { kind: 'failed', error, retryable, usage } } as const;
      return { ...backingOff(attemptEnded(job, event, end, at), next_attempt_at), error };
    }
    case 'job.lease_expired': {
      const error = LEASE_EXPIRED;
      const end = { outcome: 'lease_expired', error, report: null } as const;
      return { ...backingOff(attemptEnded(job, event, end, at), event.data.next_attempt_at), error };
    }
    case 'job.failed':
      if (job.phase !== 'processing' || runningAttempt(job) !== undefined) {
        throw new MalformedEvent(event.type, 'no attempt has failed for good');
      }
      return finished({ ...job, error: event.data.error }, 'failed', at);
    case 'job.cancelled':
      return cancelled(job, event, at);
    case 'job.retried':
      return retried(job, event, at);
    case 'job.usage_recorded':
      return attemptReportedLate(job, event);
  }
}

function submitted({ data, metadata }: Recorded<JobSubmitted>, createdAt: number): JobFacts {
  return {
    id: data.job_id,
    phase: 'waiting',
    policyType: data.policy_type,
    source: data.source,
    submittedBy: { type: metadata.actor.type, id: metadata.actor.id },
    input: data.input,
    priority: data.priority,
    maxAttempts: data.max_attempts,
    maxAttemptsAskedFor: data.max_attempts,
    attemptsBeforeRetry: 0,
    metadata: data.metadata,
    scheduledFor: data.scheduled_for,
    // A time in the past makes a job no older than it is.
    availableAt: Math.max(data.scheduled_for ?? createdAt, createdAt),
    isBackingOff: false,
    createdAt,
    finishedAt: null,
    progress: { percent: 0, message: null },
    result: null,
    error: null,
    attempts: [],
  };
}

/** Without a next attempt the job stays as it is: `job.failed` follows in the same append and ends it. */
function backingOff(job: JobFacts, nextAttemptAt: number | null): JobFacts {
  return nextAttemptAt === null ? job : { ...job, phase: 'waiting', availableAt: nextAttemptAt, isBackingOff: true };
}

function cancelled(job: JobFacts, { type, data: { attempt } }: JobCancelled, at: number): JobFacts {
  if (attempt === null) {
    if (job.phase !== 'waiting') throw new MalformedEvent(type, 'attempt is null though the job does not wait');
    return finished(job, 'cancelled', at);
  }
  const end = { outcome: 'cancelled', error: null, report: null } as const;
  return finished(attemptEnded(job, { type, data: { attempt } }, end, at), 'cancelled', at);
}

function finished(job: JobFacts, phase: 'completed' | 'failed' | 'cancelled', at: number): JobFacts {
  return { ...job, phase, isBackingOff: false, finishedAt: toSeconds(at) };
}

function retried(job: JobFacts, { type, data }: JobRetried, at: number): JobFacts {
  if (job.phase !== 'failed' && job.phase !== 'cancelled') {
    throw new MalformedEvent(type, 'the job has neither failed nor been cancelled');
  }
  return {
    ...job,
    phase: 'waiting',
    maxAttempts: data.max_attempts,
    attemptsBeforeRetry: job.attempts.length,
    availableAt: toSeconds(at),
    finishedAt: null,
  };
}
