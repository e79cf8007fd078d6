import type { LogMessage } from '#libs/contracts';

/** Messages that came together. */
export interface MessageBatch {
  readonly messages: readonly LogMessage[];
  /** They are kept elsewhere now; what is not acknowledged comes again. Never fails: at worst they come again. */
  ack(): void;
}

/**
 * The port between the publisher and the fan-out, with one contract suite for all adapters (`describeMessageBus`). A bus is
 * a fast path and never the record: it may lose messages, and whoever misses one (see `LogMessage.previous`) reads the log.
 */
export interface MessageBus {
  /**
   * Resolves when all are taken over by the bus, in this order. What was published before the failure may have arrived.
   * @throws BusUnavailable, past a deadline too
   */
  publish(messages: readonly LogMessage[]): Promise<void>;

  /**
   * Batches in order, as far as the bus keeps it; those that were not acknowledged come again, and late. All subscribers
   * share what there is. Outlives outages (backoff, one log line each) and ends with the signal alone, without an error.
   */
  subscribe(options: { readonly signal: AbortSignal }): AsyncIterable<MessageBatch>;

  /** Finishes what is in flight and lets go of every connection; subscriptions end. */
  close(): Promise<void>;
}
