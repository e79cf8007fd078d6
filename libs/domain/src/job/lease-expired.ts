import type { JobError } from './job.events.js';

/** Why an attempt failed of which nothing was heard until its lease's end. */
export const LEASE_EXPIRED: JobError = {
  code: 'lease_expired',
  message: 'The lease ended before the worker reported an outcome.',
};
