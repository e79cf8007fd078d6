import type pg from 'pg';
import type { LogPage, Position } from '#libs/event-store';
import { assignSequences } from './assign-sequences.js';
import { moveCheckpoint } from './checkpoints.js';
import type { Generation } from './generations/generation.js';
import { inProjectionTransaction } from './in-projection-transaction.js';
import { parkEvents } from './parking/parked-events.js';
import { folds, type Projection } from './projection.js';

/** Where a page is projected to. */
export interface PageTarget {
  readonly projection: Projection;
  readonly generation: Generation;
  readonly from: Position;
  /** Streams of which nothing is projected any more, but written down for later. */
  readonly parked?: ReadonlyMap<string, string | null>;
}

type Page = Pick<LogPage, 'events' | 'position'> & { readonly head?: Position };

/**
 * Everything that one page does, in one transaction: the checkpoint, the numbers, the rows. All of it or nothing.
 *
 * The checkpoint goes first: its row lock makes a second owner wait here, before it has folded anything, and then find
 * out that it is not the owner. Numbers are given to every event, parked or not, so that they never depend on a fault.
 * @throws CheckpointConflict and whatever the projection throws; the transaction is then rolled back
 */
export async function projectPage(client: pg.ClientBase, target: PageTarget, page: Page): Promise<void> {
  const { projection, generation, from, parked = NOTHING } = target;
  const { events, position, head = position } = page;
  await inProjectionTransaction(client, projection, async () => {
    await moveCheckpoint(client, generation, { from, to: position, events, head });
    if (events.length === 0) return;
    const sequenced = await assignSequences(client, generation, events);
    const own = sequenced.filter(({ event }) => folds(projection, event.stream));
    const [apart, rest] = parked.size === 0 ? [[], own] : split(own, ({ event }) => parked.has(event.stream));
    if (apart.length > 0) await parkEvents(client, generation, apart, parked);
    if (rest.length > 0) await projection.handle(rest, client);
  });
}

const NOTHING: ReadonlyMap<string, string | null> = new Map();

function split<T>(items: readonly T[], isApart: (item: T) => boolean): readonly [T[], T[]] {
  const [apart, rest]: [T[], T[]] = [[], []];
  for (const item of items) (isApart(item) ? apart : rest).push(item);
  return [apart, rest];
}
