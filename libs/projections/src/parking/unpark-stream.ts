import type pg from 'pg';
import type { EventStore, Position } from '#libs/event-store';
import { moveCheckpoint } from '../checkpoints.js';
import type { Generation } from '../generations/generation.js';
import { inProjectionTransaction } from '../in-projection-transaction.js';
import type { Projection } from '../projection.js';
import { forgetParkedEvents, loadParkedEvents } from './parked-events.js';

export interface Unparking {
  readonly projection: Projection;
  readonly generation: Generation;
  /** Stays where it is, and proves in each transaction that the projection is still ours. */
  readonly checkpoint: Position;
  readonly eventStore: EventStore;
}

const AT_ONCE = 1_000;

/**
 * Projects what was parked of a stream, in order, with the numbers that the events got when they passed. A stream of more
 * than a thousand parked events takes several transactions and stays parked until the last of them.
 * @throws whatever the projection throws; what was projected before stays, the rest stays parked
 * @throws EventStoreUnavailable, CheckpointConflict
 */
export async function unparkStream(client: pg.ClientBase, unparking: Unparking, stream: string): Promise<void> {
  const { projection, generation, checkpoint, eventStore } = unparking;
  for (;;) {
    const parked = await loadParkedEvents(client, generation, stream, AT_ONCE);
    const [first, last] = [parked[0], parked.at(-1)];
    if (first === undefined || last === undefined) return;
    const events = await eventStore.readStream(stream, { from: first.revision, limit: parked.length });
    const page = parked.map(({ revision, seq }, index) => {
      const event = events[index];
      if (event?.revision !== revision) throw new Error(`revision ${revision} of ${stream} is not in the event store`);
      return { event, seq };
    });
    await inProjectionTransaction(client, projection, async () => {
      await moveCheckpoint(client, generation, { from: checkpoint, to: checkpoint, events: [], head: checkpoint });
      await projection.handle(page, client);
      await forgetParkedEvents(client, generation, stream, last.revision);
    });
  }
}
