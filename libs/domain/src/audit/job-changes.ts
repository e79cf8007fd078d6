import type { FieldChange } from '../field-change.js';
import type { JobEvent, JobSubmitted } from '../job/job.events.js';
import type { Recorded } from '../recorded.js';
import { toSeconds } from '../seconds.js';
import { initially } from './initially.js';

/** What an event of a job says that it changed of it. Input, result, usage and errors are no such facts: they are added. */
export function changesOfJob(event: Recorded<JobEvent>): readonly FieldChange[] {
  switch (event.type) {
    case 'job.submitted':
      return changesOfSubmission(event);
    case 'job.leased': {
      const { attempt } = event.data;
      return [status('queued', 'processing'), { field: 'attempts', before: attempt - 1, after: attempt }];
    }
    case 'job.progressed': {
      const { before, percent, message } = event.data;
      return [{ field: 'progress', before, after: { percent, message } }];
    }
    case 'job.completed':
      return [status('processing', 'completed')];
    case 'job.attempt_failed':
    case 'job.lease_expired': {
      const after = event.data.next_attempt_at;
      return after === null ? [] : [status('processing', 'pending'), { field: 'next_attempt_at', before: null, after }];
    }
    case 'job.failed':
      return [status('processing', 'failed')];
    case 'job.cancelled':
      return [status(event.data.status_before, 'cancelled')];
    case 'job.retried': {
      const { status_before, max_attempts_before: before, max_attempts: after } = event.data;
      return [status(status_before, 'queued'), { field: 'max_attempts', before, after }];
    }
    case 'job.usage_recorded':
      return [];
  }
}

function changesOfSubmission({ data, metadata }: Recorded<JobSubmitted>): readonly FieldChange[] {
  const isDue = (data.scheduled_for ?? 0) <= toSeconds(Date.parse(metadata.occurred_at));
  const { policy_type, source, priority, max_attempts, scheduled_for, metadata: given } = data;
  const fields = { policy_type, source, priority, max_attempts, scheduled_for, metadata: given };
  return initially({ status: isDue ? 'queued' : 'pending', ...fields });
}

function status(before: string, after: string): FieldChange {
  return { field: 'status', before, after };
}
