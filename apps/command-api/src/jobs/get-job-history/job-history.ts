import { jobStreams } from '#libs/commands';
import { changesOf, presentJob, toSeconds, type JobState, type JsonObject } from '#libs/domain';
import type { EventStore, StoredEvent } from '#libs/event-store';
import type { JobStep } from '#libs/read-models';
import { streamOf } from '../job-writes.js';

const PAGE = 1_000;

/**
 * The steps of a job as its history shows them, each with the job right after it. They are folded from the job's own
 * stream, which holds what no other table does: the result, and every progress.
 * @throws EventStoreUnavailable
 */
export async function jobHistory(
  store: Pick<EventStore, 'readStream'>,
  jobId: string,
  steps: readonly JobStep[],
): Promise<readonly JsonObject[]> {
  const seqs = new Map(steps.map(({ revision, seq }) => [revision, seq]));
  const last = steps.at(-1)?.revision ?? -1;
  const shown: JsonObject[] = [];
  let state: JobState = jobStreams.decider.initialState;
  for (let from = 0; from <= last; from += PAGE) {
    const events = await store.readStream(streamOf(jobId), { from, limit: Math.min(PAGE, last + 1 - from) });
    for (const event of events) {
      state = jobStreams.decider.evolve(state, jobStreams.parse(event));
      const seq = seqs.get(event.revision);
      if (seq !== undefined) shown.push(presentStep(event, seq, state));
    }
    if (events.length < PAGE) break;
  }
  return shown;
}

function presentStep(event: StoredEvent, seq: number, { job }: JobState): JsonObject {
  const { actor, occurred_at: occurredAt, reason } = event.metadata;
  return {
    seq,
    revision: event.revision,
    event_id: event.id,
    event_type: event.type,
    occurred_at: occurredAt,
    actor: { ...actor },
    reason,
    changes: changesOf(jobStreams.parse(event)),
    state: job === null ? null : presentJob(job, toSeconds(Date.parse(occurredAt))),
  };
}
