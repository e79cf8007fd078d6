import type pg from 'pg';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { inTransaction } from '#libs/postgres';
import { goOnSkipping } from '#libs/webhook-deliveries';

const LOOK_EVERY_MS = 500;
/** While what is being sent of it ends. */
const AGAIN_MS = 100;

/** Moves what is skipped to history, a part at a time however much it is, until the signal fires. Any number may do it. */
export async function skipPending(
  { pool, logger }: { readonly pool: pg.Pool; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff({ firstMs: 250, longestMs: 30_000 });
  while (!signal.aborted) {
    let pauseMs = LOOK_EVERY_MS;
    try {
      const isThrough = await inTransaction(pool, goOnSkipping);
      if (isThrough !== null) pauseMs = isThrough ? 0 : AGAIN_MS;
      backoff.succeeded();
    } catch (error) {
      pauseMs = backoff.failed();
      logger.warn({ err: error, pauseMs }, 'deliveries that are skipped were not all moved');
    }
    if (pauseMs > 0) await pause(pauseMs, signal);
  }
}
