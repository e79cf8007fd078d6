import type pg from 'pg';

export interface KeptHistory {
  /** Days. */
  readonly made: number;
  readonly dropped: number;
  /** Not dropped though they are past their time, for nothing has finished since: the clock may be wrong. */
  readonly withheld: number;
}

/** Makes room for what finishes in the next days, and drops days that finished more than `days` ago, whole and two at most. */
export async function keepHistory(pool: pg.Pool, days: number): Promise<KeptHistory> {
  const { rows } = await pool.query<KeptHistory>('select * from webhooks.keep_history($1)', [days]);
  return rows[0] ?? { made: 0, dropped: 0, withheld: 0 };
}

/** Forgets what the rates of the last 24 hours do not need. */
export async function forgetOldCounts(pool: pg.Pool): Promise<void> {
  await pool.query(`delete from webhooks.attempt_counts where minute < clock_timestamp() - interval '25 hours'`);
}
