import type { EventStore, Position } from '#libs/event-store';

const ASK_EVERY_MS = 1_000;

/** The end of the log, for the progress that is shown; asked for once a second at most. */
export class LogEnd {
  #askedAt = performance.now();

  /** @param known where the log ended just now */
  constructor(
    private readonly eventStore: EventStore,
    private known: Position,
  ) {}

  /** @param position a place that the log is known to have */
  async atLeast(position: Position): Promise<Position> {
    if (performance.now() - this.#askedAt > ASK_EVERY_MS) {
      this.#askedAt = performance.now();
      this.known = await this.eventStore.head();
    }
    return this.known > position ? this.known : position;
  }
}
