import type {
  JobAttemptFailed,
  JobEvent,
  JobLeased,
  JobLeaseExpired,
  JobProgressed,
  JobUsageRecorded,
} from '../job/job.events.js';
import type { EventCatalogueEntry } from './event-catalogue.js';

const JOB = { group: 'jobs', targetType: 'job', activityType: 'field_update', isEntry: true, upcasters: [] } as const;

/** The steps of an attempt: one job may have thousands, and none of them is anybody's decision. */
export type LogOnlyJobEvent = JobLeased | JobProgressed | JobAttemptFailed | JobLeaseExpired | JobUsageRecorded;

type JobEvents = {
  readonly [Type in JobEvent['type']]: EventCatalogueEntry & {
    readonly isEntry: Type extends LogOnlyJobEvent['type'] ? false : true;
  };
};

/** The types of stream `job-{id}`. */
export const JOB_EVENTS: JobEvents = {
  'job.submitted': {
    ...JOB,
    label: 'Job submitted',
    description: 'Work was handed in, to be done at once or not before its time.',
    activityType: 'record_creation',
  },
  'job.leased': {
    ...JOB,
    label: 'Job leased',
    description: 'A worker took a job: an attempt began.',
    isEntry: false,
  },
  'job.progressed': {
    ...JOB,
    label: 'Job progressed',
    description: 'A worker said how far its attempt is.',
    isEntry: false,
  },
  'job.completed': { ...JOB, label: 'Job completed', description: 'An attempt ended with the result of the job.' },
  'job.attempt_failed': {
    ...JOB,
    label: 'Attempt failed',
    description: 'A worker reported that its attempt failed. Without a next attempt `job.failed` follows at once.',
    isEntry: false,
  },
  'job.lease_expired': {
    ...JOB,
    label: 'Lease expired',
    description:
      'Nothing was heard of an attempt until its lease’s end. Without a next attempt `job.failed` follows at once.',
    isEntry: false,
  },
  'job.failed': {
    ...JOB,
    label: 'Job failed',
    description: 'The last attempt failed, or one that is not to be repeated.',
  },
  'job.cancelled': {
    ...JOB,
    label: 'Job cancelled',
    description: 'A job was ended, and with it the attempt that ran.',
  },
  'job.retried': {
    ...JOB,
    label: 'Job retried',
    description: 'A job that had failed or been cancelled was queued again, with more attempts.',
  },
  'job.usage_recorded': {
    ...JOB,
    label: 'Late usage recorded',
    description: 'An attempt that had lost its lease said what it had spent.',
    isEntry: false,
  },
};
