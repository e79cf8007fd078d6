import type pg from 'pg';
import type { ProjectionId } from './projection.js';

/**
 * The right to run one projection, so that a second process does not do the same work in vain. It lasts as long as the
 * database session that it hands out, and the pages are written through that same session: whoever lost the right has
 * lost the connection too. Not the fence (that is the checkpoint's compare-and-set), only the courtesy.
 */
export class Ownership {
  #lost = false;
  readonly #onError = (): void => {
    this.#lost = true;
  };

  private constructor(readonly client: pg.PoolClient) {
    client.on('error', this.#onError);
    client.on('end', this.#onError);
  }

  /** Null while another session has it. */
  static async tryAcquire(pool: pg.Pool, { name, version }: ProjectionId): Promise<Ownership | null> {
    const ownership = new Ownership(await pool.connect());
    try {
      const { rows } = await ownership.client.query<{ acquired: boolean }>(
        `select pg_try_advisory_lock(hashtextextended('keyledger projection ' || $1 || ' ' || $2::int, 0)) as acquired`,
        [name, version],
      );
      if (rows[0]?.acquired !== true) {
        ownership.release();
        return null;
      }
      await ownership.client.query(SESSION);
      return ownership;
    } catch (error) {
      ownership.release();
      throw error;
    }
  }

  /** Whether the session is known to be gone. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Closes the session, and with it the lock; the settings below never reach another user of the pool. */
  release(): void {
    this.client.release(true);
  }
}

/**
 * An owner whose machine vanished is noticed within 4 s, so that a standby takes over within 5.
 *
 * Commits do not wait for the disk: rows and checkpoint are lost together by a crash of the server, and projected again.
 */
const SESSION = `
  set tcp_keepalives_idle = 1;
  set tcp_keepalives_interval = 1;
  set tcp_keepalives_count = 3;
  set tcp_user_timeout = 4000;
  set synchronous_commit = off`;
