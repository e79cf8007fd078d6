import { isError } from '#libs/errors';
import type { Logger } from '#libs/observability';
import { Backoff, pause } from './backoff.js';
import { mayComeBack } from './may-come-back.js';

export interface OnceReachableOptions {
  readonly logger: Logger;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told of each outage. */
  readonly onOutage?: (outage: Error) => void;
}

/**
 * Attempts until no outage is in the way, with a log line for each that was; null when the signal fired first.
 * @throws what is no outage and would be the same at the next attempt
 */
export async function onceReachable<T>(
  attempt: () => Promise<T>,
  { logger, signal, onOutage }: OnceReachableOptions,
): Promise<T | null> {
  const backoff = new Backoff({ firstMs: 100, longestMs: 2_000 });
  while (!signal.aborted) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) break;
      if (!mayComeBack(error)) throw error;
      if (isError(error)) onOutage?.(error);
      const backoffMs = backoff.failed();
      logger.warn({ err: error, backoffMs }, 'waiting for the stores');
      await pause(backoffMs, signal);
    }
  }
  return null;
}
