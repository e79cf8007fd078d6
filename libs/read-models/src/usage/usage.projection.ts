import type pg from 'pg';
import { JOB_STREAM_PREFIX, MalformedEvent, parseJobEvent, type JobEvent, type Recorded } from '#libs/domain';
import type { Projection, SequencedEvent } from '#libs/projections';
import { attemptUsage, figuresOfAttempt, type AttemptUsage } from './attempt-usage.js';
import { loadUsageJobs } from './load-usage-jobs.js';
import { UsageBuckets } from './usage-buckets.js';
import { jobAfter, submittedJob, type UsageJob } from './usage-job.js';
import { writeUsage, type ChangedUsageJob } from './write-usage.js';

/**
 * What was spent when, on what and by which key? What an attempt spent belongs to the moment at which its end was
 * recorded, what it says later to the moment of that, and a job to the moment at which it was submitted; so nothing that
 * happens now changes what a past period cost.
 */
export class UsageProjection implements Projection {
  readonly name = 'usage';
  readonly version = 2;
  readonly streams = [JOB_STREAM_PREFIX];

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    const events = page.map(({ event }) => parseJobEvent(event));
    const jobs = await loadUsageJobs(transaction, namesOf(events));
    const changed = new Map<string, ChangedUsageJob>();
    const attempts: AttemptUsage[] = [];
    for (const event of events) {
      const id = event.data.job_id;
      const before = changed.get(id)?.after ?? jobs.get(id);
      const after = stepOf(before, event);
      const spent = attemptUsage(after, event);
      if (spent !== null) attempts.push(spent);
      if (after !== before) changed.set(id, { before: jobs.get(id) ?? null, after });
    }
    const buckets = bucketsOf([...changed.values()], attempts);
    await writeUsage(transaction, { jobs: [...changed.values()], attempts, buckets });
  }
}

function stepOf(before: UsageJob | undefined, event: Recorded<JobEvent>): UsageJob {
  if (before === undefined && event.type === 'job.submitted') return submittedJob(event);
  if (before === undefined) throw new MalformedEvent(event.type, 'job_id names no job that was submitted before');
  if (before.orgId !== event.metadata.org_id) {
    throw new MalformedEvent(event.type, 'the job is of another organization');
  }
  return jobAfter(before, event);
}

function bucketsOf(changed: readonly ChangedUsageJob[], attempts: readonly AttemptUsage[]) {
  const buckets = new UsageBuckets();
  for (const { before, after } of changed) {
    if (before !== null) buckets.add(after, after.createdAt, { [before.phase]: -1n });
    buckets.add(after, after.createdAt, { [after.phase]: 1n });
  }
  for (const attempt of attempts) buckets.add(attempt, attempt.at, figuresOfAttempt(attempt));
  return buckets.changed();
}

/** Those that were there before the page. */
function namesOf(events: readonly Recorded<JobEvent>[]) {
  const submitted = new Set(events.filter(({ type }) => type === 'job.submitted').map(({ data }) => data.job_id));
  const others = events.filter(({ data }) => !submitted.has(data.job_id));
  return [
    ...new Map(others.map(({ data, metadata }) => [data.job_id, { orgId: metadata.org_id, id: data.job_id }])).values(),
  ];
}
