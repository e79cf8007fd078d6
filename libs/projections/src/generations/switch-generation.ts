import pg from 'pg';
import { toPosition, type Position } from '#libs/event-store';
import type { Generation } from './generation.js';

/** Readers wait behind the switch for no longer than this, and it gives way before Postgres looks for a deadlock. */
const LOCK_TIMEOUT_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';
/** Shorter than a reader waits for its own write. Where even letting go fails, the server ends an idle transaction. */
const HOLD_MS = 1_000;

/**
 * The generation that serves, held where it stands so that a new one can come as far: while it is held its owner cannot
 * commit, and readers notice nothing. Under load there would otherwise hardly ever be a moment at which both are equal.
 */
export class HeldServing {
  readonly #heldAt = performance.now();

  private constructor(
    private readonly client: pg.PoolClient,
    private readonly generation: Generation,
    /** Where the generation that serves stands. */
    readonly position: Position,
  ) {}

  /** Null where its owner is in the middle of a page right now, or nothing serves. */
  static async hold(pool: pg.Pool, generation: Generation): Promise<HeldServing | null> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      const { rows } = await client.query<{ position: string }>(
        `select position from read_models.projection_checkpoints
         where projection = $1 and generation = (select generation from read_models.projection_generations
                                                 where projection = $1 and state = 'serving')
         for update`,
        [generation.name],
      );
      const [row] = rows;
      if (row !== undefined) return new HeldServing(client, generation, toPosition(row.position));
      await end(client, 'rollback');
      return null;
    } catch (error) {
      await end(client, 'rollback');
      if (isLocked(error)) return null;
      throw error;
    }
  }

  /** Whether it was held for as long as its owner may be kept waiting. */
  get isOverdue(): boolean {
    return performance.now() - this.#heldAt > HOLD_MS;
  }

  /**
   * Makes the new generation serve, which must have come as far, unless `isLost`: the log ends before the position, for it
   * was restored to an older point, and nothing that is built from it will get there. False where readers are in the way.
   * Either way nothing is held any more.
   */
  async switch(isLost: boolean): Promise<boolean> {
    const { name, generation } = this.generation;
    let switched: boolean;
    try {
      const { rows } = await this.client.query<{ switched: boolean }>(
        'select read_models.switch_generation($1, $2, $3) as switched',
        [name, generation, isLost ? this.position.toString() : null],
      );
      switched = rows[0]?.switched === true;
    } catch (error) {
      await end(this.client, 'rollback');
      if (isLocked(error)) return false;
      throw error;
    }
    await end(this.client, 'commit');
    return switched;
  }

  async letGo(): Promise<void> {
    await end(this.client, 'rollback');
  }
}

/** Drops the tables that serve no more; not yet, where somebody still reads them. */
export async function dropRetired(pool: pg.Pool, projection: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query(`select read_models.drop_unused($1, '{retired}')`, [projection]);
  } catch (error) {
    await end(client, 'rollback');
    if (isLocked(error)) return;
    throw error;
  }
  await end(client, 'commit');
}

/** Ends the building of a generation, with the reason for operators. */
export async function failGeneration(pool: pg.Pool, { name, generation }: Generation, reason: string): Promise<void> {
  await pool.query('select read_models.fail_generation($1, $2, $3)', [name, generation, reason]);
}

/** Ends the transaction and gives the session back, once; a session that cannot even do that is closed. */
async function end(client: pg.PoolClient, how: 'commit' | 'rollback'): Promise<void> {
  try {
    await client.query(how);
    client.release();
  } catch (error) {
    client.release(true);
    if (how === 'commit') throw error;
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;
}
