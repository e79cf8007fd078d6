import type pg from 'pg';
import type { StoredEvent } from '#libs/event-store';

/** What a projection is called, and which fold of it: tables of another version have to be built anew. */
export interface ProjectionId {
  readonly name: string;
  readonly version: number;
}

/** An event with its number among all events of its organization: from 1, dense, in log order. */
export interface SequencedEvent {
  readonly event: StoredEvent;
  readonly seq: number;
}

/**
 * A fold of the log into tables. Named after the question that it answers.
 *
 * A projection sees every event of its streams in log order, each exactly once as far as its tables are concerned: what
 * it writes through `transaction` is committed together with the checkpoint, or not at all.
 */
export interface Projection extends ProjectionId {
  /** The names of the streams that it folds begin with one of these; every other event only counts in `seq`. */
  readonly streams: readonly string[];

  /**
   * Folds the page, which is not empty and all its own, in memory and writes each table with one set-based statement
   * through `transaction`. It neither commits nor rolls back. It throws what it cannot fold: nothing of the page is kept
   * then, and the runner finds the event and sets its stream aside or stops.
   *
   * Its statements name tables without a schema, for each generation has its own (`useGeneration`).
   */
  handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void>;

  /** Told that what it handled last was not kept, or that another process may have gone on: its caches are stale. */
  rolledBack?(): void;
}

/** Whether the projection folds events of that stream. */
export function folds({ streams }: Pick<Projection, 'streams'>, stream: string): boolean {
  return streams.some((prefix) => stream.startsWith(prefix));
}
