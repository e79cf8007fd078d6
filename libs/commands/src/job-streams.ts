import {
  currentSchemaVersion,
  jobDecider,
  parseJobEvent,
  type JobCommand,
  type JobEvent,
  type JobState,
} from '#libs/domain';
import type { StreamType } from './stream-type.js';

/** The streams `job-{id}`. */
export const jobStreams: StreamType<JobCommand, JobEvent, JobState> = {
  decider: jobDecider,
  parse: parseJobEvent,
  schemaVersion: currentSchemaVersion,
};
