import type { Decider } from '../decider.js';
import { decideCancel } from './decide-cancel.js';
import { decideComplete } from './decide-complete.js';
import { decideExpiry, decideFailure } from './decide-failure.js';
import { decideLateUsage } from './decide-late-usage.js';
import { decideLease } from './decide-lease.js';
import { decideProgress } from './decide-progress.js';
import { decideRetry } from './decide-retry.js';
import { decideSubmit } from './decide-submit.js';
import { evolveJob } from './evolve-job.js';
import type { JobCommand } from './job.commands.js';
import type { JobEvent } from './job.events.js';
import type { JobState } from './job.state.js';

/** Stream `job-{id}`: one piece of work and all attempts at it; never more than one of them runs. */
export const jobDecider: Decider<JobCommand, JobEvent, JobState> = {
  initialState: { orgId: null, job: null },

  decide(command, state) {
    switch (command.kind) {
      case 'SubmitJob':
        return decideSubmit(command, state);
      case 'LeaseJob':
        return decideLease(command, state);
      case 'ReportProgress':
        return decideProgress(command, state);
      case 'CompleteJob':
        return decideComplete(command, state);
      case 'FailAttempt':
        return decideFailure(command, state);
      case 'ExpireLease':
        return decideExpiry(command, state);
      case 'RecordLateUsage':
        return decideLateUsage(command, state);
      case 'CancelJob':
        return decideCancel(command, state);
      case 'RetryJob':
        return decideRetry(command, state);
    }
  },

  evolve: evolveJob,
};
