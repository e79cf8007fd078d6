import type { LogMessage } from '#libs/contracts';
import { BusUnavailable } from '#libs/messaging';

/** Takes what is published and keeps it, unless a test says otherwise. */
export class RecordingBus {
  readonly messages: LogMessage[] = [];
  /** Nothing arrives. */
  isDown = false;
  /** Thrown when the next messages have arrived, in place of the acknowledgement. */
  failsAfterNext: Error | null = null;
  refusals = 0;

  async publish(messages: readonly LogMessage[]): Promise<void> {
    if (this.isDown) {
      this.refusals += 1;
      throw new BusUnavailable('the bus is down');
    }
    this.messages.push(...messages);
    const error = this.failsAfterNext;
    this.failsAfterNext = null;
    if (error !== null) throw error;
  }

  /** Those that say something, each the first time. */
  get told(): readonly LogMessage[] {
    const seen = new Set<string>();
    return this.messages.filter(
      ({ position, content }) => content !== null && !seen.has(position) && seen.add(position),
    );
  }
}
