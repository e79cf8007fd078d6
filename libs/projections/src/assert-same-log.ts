import type { EventStore, Position } from '#libs/event-store';
import type { Checkpoint } from './checkpoints.js';
import { CheckpointAheadOfLog, LogReplaced } from './errors.js';
import type { ProjectionId } from './projection.js';

/**
 * Makes sure that the log is the one that was projected, up to the checkpoint at least: it reaches as far, and what was
 * projected last still is where it was.
 * @returns the end of the log
 * @throws CheckpointAheadOfLog, LogReplaced, EventStoreUnavailable
 */
export async function assertSameLog(
  eventStore: EventStore,
  projection: ProjectionId,
  { position, last }: Checkpoint,
): Promise<Position> {
  const head = await eventStore.head();
  if (position > head) throw new CheckpointAheadOfLog(projection, position, head);
  if (last === null) return head;
  const [found] = await eventStore.readStream(last.stream, { from: last.revision, limit: 1 });
  if (found?.id !== last.id) throw new LogReplaced(projection, last);
  return head;
}
