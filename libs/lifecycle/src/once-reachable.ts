import { setTimeout as delay } from 'node:timers/promises';
import { isError } from '#libs/errors';
import type { Logger } from '#libs/observability';
import { mayComeBack } from './may-come-back.js';

export interface OnceReachableOptions {
  readonly logger: Logger;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told of each outage. */
  readonly onOutage?: (outage: Error) => void;
}

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 2_000;

/**
 * Attempts until no outage is in the way, with a log line for each that was; null when the signal fired first.
 * @throws what is no outage and would be the same at the next attempt
 */
export async function onceReachable<T>(
  attempt: () => Promise<T>,
  { logger, signal, onOutage }: OnceReachableOptions,
): Promise<T | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) break;
      if (!mayComeBack(error)) throw error;
      if (isError(error)) onOutage?.(error);
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** failures, LONGEST_BACKOFF_MS);
      logger.warn({ err: error, backoffMs }, 'waiting for the stores');
      await delay(backoffMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}
