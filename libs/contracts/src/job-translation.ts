import { jobDecider, parseJobEvent, presentJobInFull, toSeconds } from '#libs/domain';
import type { JobEvent, JobFacts, JobState, JsonObject, Recorded } from '#libs/domain';
import { crossesMark } from './crosses-mark.js';
import type { Told, Translation } from './translation.js';

/** A result above this, bytes of UTF-8 JSON, is left out: receivers fetch it. */
const MOST_RESULT_BYTES = 20_000;

const TELLING = new Set(['job.completed', 'job.failed', 'job.progressed']);

/** Streams `job-{id}`. */
export const jobTranslation: Translation<JobState> = {
  initialState: { orgId: null, job: null },

  mayTell: (type) => TELLING.has(type),

  step(before, stored) {
    const event = parseJobEvent(stored);
    const { orgId, job } = jobDecider.evolve(before, event);
    // Only workers see the input, and it is by far the largest part.
    const state = { orgId, job: job === null ? null : { ...job, input: null } };
    return { state, told: job === null ? null : told(event, job), isLast: event.type === 'job.completed' };
  },

  weight({ type, data }) {
    // How far a job is replaces how far it was.
    return type === 'job.progressed' ? 0 : JSON.stringify({ ...data, input: null }).length;
  },
};

function told(event: Recorded<JobEvent>, job: JobFacts): Told | null {
  const at = toSeconds(Date.parse(event.metadata.occurred_at));
  if (event.type === 'job.completed' || event.type === 'job.failed') return { type: event.type, data: inFull(job, at) };
  if (event.type !== 'job.progressed') return null;
  const { before, percent } = event.data;
  return crossesMark(before.percent, percent) ? { type: 'job.progress', data: inFull(job, at) } : null;
}

function inFull(job: JobFacts, at: number): JsonObject {
  const { result, ...rest } = presentJobInFull(job, at);
  return Buffer.byteLength(JSON.stringify(result)) > MOST_RESULT_BYTES
    ? { ...rest, result_omitted: true }
    : { ...rest, result };
}
