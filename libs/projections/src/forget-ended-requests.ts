import type pg from 'pg';

/** Throws away what operators asked for and got an answer to, a week after they asked. */
export async function forgetEndedRequests(pool: pg.Pool): Promise<void> {
  await pool.query(
    `delete from read_models.projection_requests where state <> 'requested' and requested_at < now() - interval '7 days'`,
  );
}
