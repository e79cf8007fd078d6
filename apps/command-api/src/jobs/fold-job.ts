import { loadStream, jobStreams } from '#libs/commands';
import { toSeconds, type JobFacts } from '#libs/domain';
import type { EventStore, Position } from '#libs/event-store';
import { streamOf } from './job-writes.js';

/** A job as it was right after one of its events. */
export interface FoldedJob {
  readonly job: JobFacts;
  readonly revision: number;
  /** Of the event. */
  readonly position: Position;
  /** When that was, Unix seconds. */
  readonly at: number;
}

/** The job right after the first event that leaves it so; null where none does. @throws EventStoreUnavailable */
export async function foldJob(
  store: EventStore,
  jobId: string,
  isSo: (job: JobFacts, revision: number) => boolean,
): Promise<FoldedJob | null> {
  let state = jobStreams.decider.initialState;
  for (const event of await loadStream(store, streamOf(jobId))) {
    const { revision, position, metadata } = event;
    state = jobStreams.decider.evolve(state, jobStreams.parse(event));
    const { job } = state;
    if (job === null || !isSo(job, revision)) continue;
    return { job, revision, position, at: toSeconds(Date.parse(metadata.occurred_at)) };
  }
  return null;
}
