import {
  MalformedEvent,
  toSeconds,
  type JobEvent,
  type JobPhase,
  type JobSubmitted,
  type Recorded,
} from '#libs/domain';

/** What usage is grouped by: the job's, whoever works on it. `keyId` is null where no key submitted it. */
export interface UsageGroups {
  readonly policyType: string;
  readonly source: string;
  readonly keyId: string | null;
}

/** What of a job counts here: when it was made, for whom, and how far it is now. */
export interface UsageJob extends UsageGroups {
  readonly orgId: string;
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly phase: JobPhase;
  /**
   * Unix seconds: a job that waits is pending until then and queued afterwards. Null where it was queued at once, or does
   * not wait.
   */
  readonly dueAt: number | null;
}

export function submittedJob({ data, metadata }: Recorded<JobSubmitted>): UsageJob {
  const createdAt = Date.parse(metadata.occurred_at);
  const isLater = data.scheduled_for !== null && data.scheduled_for > toSeconds(createdAt);
  return {
    orgId: metadata.org_id,
    id: data.job_id,
    createdAt,
    policyType: data.policy_type,
    source: data.source,
    keyId: data.source === 'api' ? metadata.actor.id : null,
    phase: 'waiting',
    dueAt: isLater ? data.scheduled_for : null,
  };
}

/** The job after one more event. @throws MalformedEvent for a second submission */
export function jobAfter(job: UsageJob, event: JobEvent): UsageJob {
  switch (event.type) {
    case 'job.leased':
      return { ...job, phase: 'processing', dueAt: null };
    case 'job.attempt_failed':
    case 'job.lease_expired': {
      // Without a next attempt `job.failed` follows and says so.
      const dueAt = event.data.next_attempt_at;
      return dueAt === null ? job : { ...job, phase: 'waiting', dueAt };
    }
    case 'job.completed':
      return { ...job, phase: 'completed', dueAt: null };
    case 'job.failed':
      return { ...job, phase: 'failed', dueAt: null };
    case 'job.cancelled':
      return { ...job, phase: 'cancelled', dueAt: null };
    case 'job.retried':
      return { ...job, phase: 'waiting', dueAt: null };
    case 'job.progressed':
    case 'job.usage_recorded':
      return job;
    case 'job.submitted':
      throw new MalformedEvent(event.type, 'there is a job in this stream already');
  }
}
