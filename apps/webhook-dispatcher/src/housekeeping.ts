import type pg from 'pg';
import { pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { forgetOldCounts, keepHistory } from '#libs/webhook-deliveries';

export interface HousekeepingOptions {
  /** Of the projector role. */
  readonly pool: pg.Pool;
  readonly retentionDays: number;
  readonly logger: Logger;
  /** Milliseconds, default ten minutes. */
  readonly everyMs?: number;
}

const EVERY_MS = 600_000;
const WITHHELD =
  'deliveries past their time were not dropped, for none has finished since: look whether the clock of the database is right';
const AGAIN_MS = 10_000;

/** Makes the days that deliveries finish on, and drops those that are past their time, until the signal fires. Any number may do it. */
export async function keepHouse(options: HousekeepingOptions, signal: AbortSignal): Promise<void> {
  const { pool, retentionDays, logger, everyMs = EVERY_MS } = options;
  while (!signal.aborted) {
    let pauseMs = everyMs;
    try {
      const { dropped, withheld } = await keepHistory(pool, retentionDays);
      if (dropped > 0) logger.info({ days: dropped, retentionDays }, 'deliveries that finished long ago were dropped');
      if (withheld > 0) logger.warn({ days: withheld, retentionDays }, WITHHELD);
      await forgetOldCounts(pool);
    } catch (error) {
      pauseMs = AGAIN_MS;
      logger.warn({ err: error, pauseMs }, 'the days of deliveries were not kept');
    }
    await pause(pauseMs, signal);
  }
}
