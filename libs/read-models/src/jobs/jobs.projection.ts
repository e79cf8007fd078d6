import type pg from 'pg';
import { JOB_STREAM_PREFIX, jobDecider, MalformedEvent, parseJobEvent, type JobState } from '#libs/domain';
import type { Projection, SequencedEvent } from '#libs/projections';
import { loadJobs, type JobName, type ProjectedJob } from './load-jobs.js';
import { writeSteps } from './write-steps.js';
import { writeJobs, type ChangedJob } from './write-jobs.js';

/** Which jobs are there, and how far is each? Folds every job with the domain's own fold, onto what the page before left. */
export class JobsProjection implements Projection {
  readonly name = 'jobs';
  readonly version = 1;
  readonly streams = [JOB_STREAM_PREFIX];

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    const begun = new Set(page.filter(({ event }) => event.revision === 0).map(({ event }) => event.stream));
    const known = await loadJobs(transaction, namesOf(page.filter(({ event }) => !begun.has(event.stream))));
    const changed = new Map<string, ChangedJob>();
    for (const { event, seq } of page) {
      const id = jobIdIn(event.stream);
      const before = changed.get(id) ?? known.get(id);
      const orgId = event.metadata.org_id;
      if (before !== undefined && before.orgId !== orgId)
        throw new MalformedEvent(event.type, 'the job is of another organization');
      const { job } = jobDecider.evolve(stateOf(before), parseJobEvent(event));
      if (job === null) throw new MalformedEvent(event.type, 'it leaves no job');
      changed.set(id, { orgId, job, createdSeq: before?.createdSeq ?? seq, isNew: begun.has(event.stream) });
    }
    await writeJobs(transaction, [...changed.values()]);
    await writeSteps(
      transaction,
      page.map(({ event, seq }) => ({ event, seq, id: jobIdIn(event.stream) })),
    );
  }
}

function stateOf(projected: ProjectedJob | undefined): JobState {
  return projected === undefined ? jobDecider.initialState : { orgId: projected.orgId, job: projected.job };
}

/** A job that another organization's event is in has no row under that name, and the fold refuses the event. */
function namesOf(page: readonly SequencedEvent[]): readonly JobName[] {
  const names = page.map(({ event }) => ({ orgId: event.metadata.org_id, id: jobIdIn(event.stream) }));
  return [...new Map(names.map((name) => [name.id, name])).values()];
}

function jobIdIn(stream: string): string {
  return `job_${stream.slice(JOB_STREAM_PREFIX.length)}`;
}
