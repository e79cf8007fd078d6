import { pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';

export interface RetryOutagesOptions {
  readonly logger: Logger;
  readonly requestId: string;
  /** Aborted once nobody waits for the result. */
  readonly signal: AbortSignal;
  /** Before the second try and those that follow, milliseconds. */
  readonly pausesMs?: readonly number[];
}

/** With the pool's deadline of each try long enough for a failover of the database. */
const PAUSES_MS = [250, 1_000, 2_000];

/**
 * Reads again what the database did not answer, for a file of which a part is sent can only go on or break.
 * @throws DatabaseUnavailable the last one, where there is no further try or nobody waits any more
 */
export async function retryOutages<T>(
  query: () => Promise<T>,
  { logger, requestId, signal, pausesMs = PAUSES_MS }: RetryOutagesOptions,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await query();
    } catch (error) {
      const pauseMs = pausesMs[attempt];
      if (!(error instanceof DatabaseUnavailable) || pauseMs === undefined) throw error;
      await pause(pauseMs, signal);
      if (signal.aborted) throw error;
      logger.warn({ request_id: requestId, attempt, err: error }, 'a page of a download is read again');
    }
  }
}
