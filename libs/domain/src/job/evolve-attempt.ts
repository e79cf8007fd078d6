import { MalformedEvent } from '../stored/malformed-event.js';
import { attemptOf, runningAttempt } from './existing-job.js';
import type { JobLeased, JobProgressed, JobUsageRecorded } from './job.events.js';
import type { AttemptState, JobFacts } from './job.state.js';

/*
 * What an event does to the attempts of a job. `at` is in Unix milliseconds. All throw MalformedEvent for an event that
 * the attempts before it rule out.
 */

interface OfAttempt {
  readonly type: string;
  readonly data: { readonly attempt: number };
}

export function attemptStarted(job: JobFacts, { type, data }: JobLeased, at: number): JobFacts {
  if (job.phase !== 'waiting') throw new MalformedEvent(type, 'the job does not wait for an attempt');
  if (data.attempt !== job.attempts.length + 1) throw new MalformedEvent(type, 'attempt is not the next one');
  const attempt: AttemptState = {
    number: data.attempt,
    workerId: data.worker_id,
    leaseSeconds: data.lease_seconds,
    startedAt: at,
    finishedAt: null,
    outcome: null,
    progressReports: 0,
    error: null,
    report: null,
  };
  const progress = { percent: 0, message: null };
  return { ...job, phase: 'processing', isBackingOff: false, progress, attempts: [...job.attempts, attempt] };
}

export function attemptProgressed(job: JobFacts, event: JobProgressed): JobFacts {
  const attempt = requireRunning(job, event);
  const { percent, message } = event.data;
  const reported = { ...attempt, progressReports: attempt.progressReports + 1 };
  return { ...withAttempt(job, reported), progress: { percent, message } };
}

export function attemptEnded(
  job: JobFacts,
  event: OfAttempt,
  end: Pick<AttemptState, 'outcome' | 'error' | 'report'>,
  at: number,
): JobFacts {
  return withAttempt(job, { ...requireRunning(job, event), ...end, finishedAt: at });
}

export function attemptReportedLate(job: JobFacts, event: JobUsageRecorded): JobFacts {
  const attempt = requireAttempt(job, event);
  if (attempt.outcome === null || attempt.report !== null) {
    throw new MalformedEvent(event.type, 'attempt runs or has reported already');
  }
  return withAttempt(job, { ...attempt, report: { kind: 'late', usage: event.data.usage } });
}

export function requireRunning(job: JobFacts, { type, data }: OfAttempt): AttemptState {
  const running = runningAttempt(job);
  if (running?.number !== data.attempt) throw new MalformedEvent(type, 'attempt is not the one that runs');
  return running;
}

export function requireAttempt(job: JobFacts, { type, data }: OfAttempt): AttemptState {
  const attempt = attemptOf(job, data.attempt);
  if (attempt === undefined) throw new MalformedEvent(type, 'attempt names none of the job');
  return attempt;
}

function withAttempt(job: JobFacts, changed: AttemptState): JobFacts {
  return { ...job, attempts: job.attempts.map((attempt) => (attempt.number === changed.number ? changed : attempt)) };
}
