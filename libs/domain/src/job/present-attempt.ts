import { toSeconds } from '../seconds.js';
import type { JobError } from './job.events.js';
import type { AttemptOutcome, AttemptState } from './job.state.js';
import { NO_USAGE, type Usage } from './usage.js';

/** One attempt as the single job shows it. Times are Unix seconds. */
export type PresentedAttempt = {
  readonly attempt: number;
  readonly worker_id: string | null;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly outcome: AttemptOutcome | null;
  readonly error: JobError | null;
  readonly usage: Usage;
  readonly duration_ms: number | null;
};

export function presentAttempt(attempt: AttemptState): PresentedAttempt {
  const { startedAt, finishedAt } = attempt;
  return {
    attempt: attempt.number,
    worker_id: attempt.workerId,
    started_at: toSeconds(startedAt),
    finished_at: finishedAt === null ? null : toSeconds(finishedAt),
    outcome: attempt.outcome,
    error: attempt.error,
    usage: usageOf(attempt),
    duration_ms: finishedAt === null ? null : finishedAt - startedAt,
  };
}

/** What the attempt said it has spent; nothing while it has said nothing. */
export function usageOf({ report }: AttemptState): Usage {
  return report?.usage ?? NO_USAGE;
}
