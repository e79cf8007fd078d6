import { randomUUID } from 'node:crypto';
import { currentSchemaVersion, jobDecider, jobStream, NO_USAGE, type JobCommand } from '#libs/domain';
import { NO_STREAM, type EventStore, type EventToStore } from '#libs/event-store';
import { sha256Of } from '../../apps/command-api/src/jobs/sha256-of.js';
import { JOB_INPUT, JOB_RESULT } from './bench-job.js';
import { BENCH_ORG, newJobId } from './own-jobs.js';

const AT_ONCE = 1_000;

/** Appends so many completed jobs, each by the decider's own events, in one append each. */
export async function fillWithJobs(store: EventStore, jobs: number): Promise<void> {
  for (let done = 0; done < jobs; done += AT_ONCE) {
    const made = Array.from({ length: Math.min(AT_ONCE, jobs - done) }, newJobId);
    await Promise.all(made.map((id) => store.append(jobStream(id), NO_STREAM, completedJob(id, Date.now()))));
  }
}

function completedJob(jobId: string, now: number): EventToStore[] {
  const commands: readonly JobCommand[] = [
    {
      kind: 'SubmitJob',
      source: 'api',
      ...{ jobId, policyType: 'auto', now, metadata: {} },
      ...{ input: JOB_INPUT, inputSha256: sha256Of(JOB_INPUT), priority: 5, maxAttempts: 3, scheduledFor: null },
    },
    { kind: 'LeaseJob', jobId, attempt: 1, workerId: null, leaseSeconds: 60, now },
    {
      kind: 'CompleteJob',
      ...{ jobId, attempt: 1, usage: NO_USAGE, now, leaseEndsAt: now + 60_000 },
      ...{ result: JOB_RESULT, resultSha256: sha256Of(JOB_RESULT) },
    },
  ];
  let state = jobDecider.initialState;
  const stored: EventToStore[] = [];
  for (const command of commands) {
    for (const event of jobDecider.decide(command, state)) {
      const metadata = {
        org_id: BENCH_ORG,
        actor: { type: 'api_key', id: 'ak_0000000000000000', name: 'bench' } as const,
        ...{ request_id: 'bench', correlation_id: 'bench', causation_id: 'bench', reason: null },
        ...{ schema_version: currentSchemaVersion(event.type), occurred_at: new Date(now).toISOString() },
        ...{ ip: '203.0.113.7', user_agent: 'bench' },
      };
      state = jobDecider.evolve(state, { ...event, metadata });
      stored.push({ id: randomUUID(), type: event.type, data: event.data, metadata });
    }
  }
  return stored;
}
