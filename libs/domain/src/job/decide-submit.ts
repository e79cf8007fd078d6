import { validMaxAttempts, validPriority, validSchedule } from './job-field-rules.js';
import { JobIdTaken } from './job-id-taken.js';
import type { SubmitJob } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';

/** A new job. @throws DomainRejection `validation_failed` @throws JobIdTaken when the stream holds one already */
export function decideSubmit(command: SubmitJob, { job }: JobState): readonly JobEvent[] {
  const priority = validPriority(command.priority);
  const maxAttempts = validMaxAttempts(command.maxAttempts);
  const scheduledFor = validSchedule(command.scheduledFor);
  if (job !== null) throw new JobIdTaken();
  return [
    {
      type: 'job.submitted',
      data: {
        job_id: command.jobId,
        policy_type: command.policyType,
        source: command.source,
        input: command.input,
        input_sha256: command.inputSha256,
        priority,
        max_attempts: maxAttempts,
        scheduled_for: scheduledFor,
        metadata: command.metadata,
      },
    },
  ];
}
