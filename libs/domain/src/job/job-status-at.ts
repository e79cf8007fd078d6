import type { JobFacts } from './job.state.js';

export type JobStatus = 'pending' | 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled';

/** The status that shows at that second: what waits is due at its second, and no event has to arrive for it. */
export function jobStatusAt(job: JobFacts, nowSeconds: number): JobStatus {
  if (job.phase !== 'waiting') return job.phase;
  return job.availableAt > nowSeconds ? 'pending' : 'queued';
}
