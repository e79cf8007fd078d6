import { toSeconds } from '../seconds.js';
import type { JobFacts } from './job.state.js';

const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 3600;

/**
 * When, in Unix seconds, the next attempt may begin after the present one failed: after 5, 10, 20 … s, at most an hour,
 * ±20 %; null where the job has had all its attempts. A job that is retried begins with 5 s again.
 * @param jitter from 0 to 1, by chance: what failed together does not come back together
 */
export function nextAttemptAt(job: JobFacts, now: number, jitter: number): number | null {
  const had = job.attempts.length;
  if (had >= job.maxAttempts) return null;
  const failures = had - job.attemptsBeforeRetry;
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS);
  return toSeconds(now) + Math.round(pause * (0.8 + 0.4 * jitter));
}
