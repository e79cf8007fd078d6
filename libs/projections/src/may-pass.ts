import { EventStoreUnavailable } from '#libs/event-store';
import { isOutage } from '#libs/postgres';
import { CheckpointConflict } from './errors.js';

/** Whether trying again from the stored checkpoint can help: an outage, or another owner that may go away. */
export function mayPass(error: unknown): boolean {
  return error instanceof EventStoreUnavailable || error instanceof CheckpointConflict || isOutage(error);
}
