import type { JobEvent, Recorded } from '#libs/domain';
import {
  A_FAILURE,
  jobAttemptFailed,
  jobCancelled,
  jobCompleted,
  jobFailed,
  jobLeased,
  jobLeaseExpired,
  jobRetried,
  jobSubmitted,
} from './job-events.js';
import { LATER } from './key-that-is.js';

const job = jobSubmitted();
const running = [job, jobLeased()];

/** The history of the first test job as it must be for the job to stand so at `LATER`. */
export const jobThatIs = {
  queued: [job],
  /** For one more second. */
  scheduled: [jobSubmitted({ scheduled_for: LATER + 1 })],
  /** Since this very second. */
  due: [jobSubmitted({ scheduled_for: LATER })],
  processing: running,
  /** Its only attempt failed; for one more second. */
  backingOff: [...running, jobAttemptFailed({ next_attempt_at: LATER + 1 })],
  /** Its only attempt failed, and the next may begin since this very second. */
  queuedAgain: [...running, jobAttemptFailed({ next_attempt_at: LATER })],
  lost: [...running, jobLeaseExpired({ next_attempt_at: LATER })],
  completed: [...running, jobCompleted()],
  failed: [...running, jobAttemptFailed({ retryable: false }), jobFailed({ error: A_FAILURE })],
  cancelled: [job, jobCancelled()],
  cancelledAtWork: [...running, jobCancelled({ attempt: 1, status_before: 'processing' })],
  retried: [...running, jobAttemptFailed({ retryable: false }), jobFailed({ error: A_FAILURE }), jobRetried()],
} satisfies Readonly<Record<string, readonly Recorded<JobEvent>[]>>;
