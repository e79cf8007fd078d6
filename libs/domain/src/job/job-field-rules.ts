import { MAX_TEXT_LENGTH, validLine, validText, wholeNumber } from '../field-rules.js';
import type { JobError, JobProgress } from './job.events.js';

/*
 * What a job's fields may be, whatever the edge let pass. All throw DomainRejection `validation_failed` and name the
 * field as the request does.
 */

const MAX_LINE_LENGTH = 200;
/** The last second that a clock of ours can show. */
const MAX_SECONDS = 8_640_000_000_000;

export const MAX_PRIORITY = 9;
export const MAX_ATTEMPTS = 25;
export const MIN_LEASE_SECONDS = 10;
export const MAX_LEASE_SECONDS = 600;

export function validPriority(priority: number): number {
  return wholeNumber('priority', priority, 0, MAX_PRIORITY);
}

export function validMaxAttempts(attempts: number): number {
  return wholeNumber('max_attempts', attempts, 1, MAX_ATTEMPTS);
}

/** Any time before 1970 is as past as its beginning, and no stored time is negative. */
export function validSchedule(seconds: number | null): number | null {
  return seconds === null ? null : Math.max(0, wholeNumber('scheduled_for', seconds, -MAX_SECONDS, MAX_SECONDS));
}

export function validLeaseSeconds(seconds: number): number {
  return wholeNumber('lease_seconds', seconds, MIN_LEASE_SECONDS, MAX_LEASE_SECONDS);
}

export function validWorkerId(workerId: string | null): string | null {
  return workerId === null ? null : validLine('worker_id', workerId, MAX_LINE_LENGTH);
}

export function validProgress(progress: JobProgress): JobProgress {
  return {
    percent: wholeNumber('percent', progress.percent, 0, 100),
    message: progress.message === null ? null : validText('message', progress.message, MAX_TEXT_LENGTH),
  };
}

export function validError({ code, message }: JobError): JobError {
  return {
    code: validLine('error.code', code, MAX_LINE_LENGTH),
    message: validText('error.message', message, MAX_TEXT_LENGTH),
  };
}
