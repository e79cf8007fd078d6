import { deciderSpec, jobId, jobSubmitted, jobThatIs, START } from '#libs/testing';
import { JobIdTaken } from './job-id-taken.js';
import type { SubmitJob } from './job.commands.js';
import { jobDecider } from './job.decider.js';
import type { JobSubmitted } from './job.events.js';

const given = deciderSpec(jobDecider);

function submit(fields: Partial<SubmitJob> = {}): SubmitJob {
  const { policy_type, source, input, input_sha256, priority, max_attempts, metadata } = jobSubmitted().data;
  return {
    ...{ kind: 'SubmitJob', jobId: jobId(), policyType: policy_type, source, input, inputSha256: input_sha256 },
    ...{ priority, maxAttempts: max_attempts, scheduledFor: null, metadata, now: START * 1000 + 999 },
    ...fields,
  };
}

function submitted(fields: Partial<JobSubmitted['data']> = {}): JobSubmitted {
  const { type, data } = jobSubmitted(fields);
  return { type, data };
}

it.each<[string, Partial<SubmitJob>, Partial<JobSubmitted['data']>]>([
  ['a job to be done at once', {}, {}],
  ['a job of a key', { source: 'api' }, { source: 'api' }],
  ['the least urgent, with one attempt', { priority: 0, maxAttempts: 1 }, { priority: 0, max_attempts: 1 }],
  ['the most urgent, with 25', { priority: 9, maxAttempts: 25 }, { priority: 9, max_attempts: 25 }],
  ['one for later', { scheduledFor: START + 60 }, { scheduled_for: START + 60 }],
  ['one for a time that is over', { scheduledFor: 5 }, { scheduled_for: 5 }],
  ['one for a time before 1970', { scheduledFor: -5 }, { scheduled_for: 0 }],
  ['what its owner says of it', { metadata: { case: 'A' } }, { metadata: { case: 'A' } }],
])('accepts %s', (_, command, data) =>
  given([])
    .when(submit(command))
    .then([submitted(data)]),
);

it.each<[string, Partial<SubmitJob>, string]>([
  ['a priority below 0', { priority: -1 }, 'priority'],
  ['a priority above 9', { priority: 10 }, 'priority'],
  ['half a priority', { priority: 0.5 }, 'priority'],
  ['no attempt', { maxAttempts: 0 }, 'max_attempts'],
  ['26 attempts', { maxAttempts: 26 }, 'max_attempts'],
  ['half a second', { scheduledFor: START + 0.5 }, 'scheduled_for'],
  ['a time that no clock shows', { scheduledFor: 8_640_000_000_001 }, 'scheduled_for'],
])('refuses %s', (_, command, field) => given([]).when(submit(command)).thenRejected('validation_failed', [field]));

it('asks for another id where there is such a job', () =>
  given(jobThatIs.queued).when(submit()).thenThrows(JobIdTaken));
