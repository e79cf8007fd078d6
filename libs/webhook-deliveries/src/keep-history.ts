import type pg from 'pg';

/** Makes room for what finishes in the next days, and drops the days that finished more than `days` ago, whole. */
export async function keepHistory(
  pool: pg.Pool,
  days: number,
): Promise<{ readonly made: number; readonly dropped: number }> {
  const { rows } = await pool.query<{ made: number; dropped: number }>('select * from webhooks.keep_history($1)', [
    days,
  ]);
  const [row] = rows;
  return { made: row?.made ?? 0, dropped: row?.dropped ?? 0 };
}

/** Forgets what the rates of the last 24 hours do not need. */
export async function forgetOldCounts(pool: pg.Pool): Promise<void> {
  await pool.query(`delete from webhooks.attempt_counts where minute < clock_timestamp() - interval '25 hours'`);
}
