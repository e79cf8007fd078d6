import type pg from 'pg';
import { codeOf } from '#libs/errors';
import { pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';

export interface SweepOptions {
  /** Of the projector role, to which row-level security shows what is past its time and nothing else. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** Between two sweeps, milliseconds, default ten minutes; the first one is at once. */
  readonly everyMs?: number;
  /** Most records in one statement, default 5,000: each is over in moments, and so is a stop. */
  readonly batch?: number;
}

const EVERY_MS = 600_000;

/** The table is made by the API's migrations, and a projector may be there first. */
const NOT_THERE_YET = new Set(['42P01', '3F000', '42501']);

/**
 * Deletes the idempotency records that are past their 24 hours, until the signal fires. Nothing waits for it: a record
 * past its time counts as none wherever it is looked up. So an error is a log line, and the next sweep finds the rest;
 * several processes may sweep at once.
 */
export async function sweepIdempotency(options: SweepOptions, signal: AbortSignal): Promise<void> {
  const { logger, everyMs = EVERY_MS } = options;
  while (!signal.aborted) {
    try {
      const deleted = await sweepOnce(options, signal);
      if (deleted > 0) logger.info({ deleted }, 'expired idempotency records deleted');
    } catch (error) {
      if (NOT_THERE_YET.has(codeOf(error))) logger.debug({}, 'no idempotency records to sweep yet');
      else logger.warn({ err: error }, 'expired idempotency records not deleted');
    }
    await pause(everyMs, signal);
  }
}

async function sweepOnce({ pool, batch = 5_000 }: SweepOptions, signal: AbortSignal): Promise<number> {
  let deleted = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool.query(DELETE_OLDEST, [batch]);
    deleted += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) break;
  }
  return deleted;
}

/** The age is asked for twice: a record that was taken into use again since the inner look must stay. */
const DELETE_OLDEST = `
  delete from command_api.idempotency
  where created_at < now() - interval '24 hours'
    and (org_id, id) in (
      select org_id, id from command_api.idempotency
      where created_at < now() - interval '24 hours' order by created_at limit $1)`;
