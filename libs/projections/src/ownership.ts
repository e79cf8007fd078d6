import type pg from 'pg';
import type { Logger } from '#libs/observability';

/** What one process at a time does, such as to keep one generation of a projection up with the log. */
export interface OwnedWork {
  readonly name: string;
  readonly generation: number;
}

export interface OwnershipOptions<Work extends OwnedWork> {
  /** Of the projector role: one connection is the owner's, and the renewals take another for a moment each. */
  readonly pool: pg.Pool;
  readonly work: Work;
  readonly logger: Logger;
  /** Makes the session fit for the work, once it is the owner's. */
  readonly prepare?: (client: pg.ClientBase) => Promise<void>;
  /** What each renewal says of the owner. */
  readonly report?: () => OwnersReport;
  /** Milliseconds, default 500; a test of an owner that hangs takes longer than the lease. */
  readonly renewEveryMs?: number;
}

/** What an owner lets all others know. */
export interface OwnersReport {
  readonly lagSeconds: number;
  readonly eventsPerSecond: number;
}

const RENEW_EVERY_MS = 500;
/**
 * What an owner that hangs may still hold the projection. With the look of a standby each 500 ms and its start that was 2.3
 * to 2.8 s in all on a machine with far too much to do; a lease of 3 s made it 3.8 and up to beyond the 5 that are promised.
 */
const LEASE_MS = 2_000;
const END_WITHIN_MS = 500;

/**
 * The right to do a work alone, such as to run one projection, so that a second process does not do the same work in vain. It is a lock of the
 * database session that it hands out, and the pages are written through that same session: whoever lost the right has
 * lost the connection too. Not the fence (that is the checkpoint's compare-and-set), only the courtesy.
 *
 * A process that is stopped, or a machine that vanished, ends no session, and its transaction would hold the
 * checkpoint's row for as long as it likes. So the owner also renews a lease, and whoever finds that expired ends the
 * session of the one that holds the lock.
 */
export class Ownership<Work extends OwnedWork = OwnedWork> {
  #lost = false;
  #renewing = false;
  #timer: NodeJS.Timeout | null = null;
  readonly #onError = (): void => {
    this.#lost = true;
  };

  private constructor(
    readonly client: pg.PoolClient,
    private readonly options: OwnershipOptions<Work>,
  ) {
    client.on('error', this.#onError);
    client.on('end', this.#onError);
  }

  /** Null while another session has it and renews its lease. */
  static async tryAcquire<Work extends OwnedWork>(options: OwnershipOptions<Work>): Promise<Ownership<Work> | null> {
    const { name, generation } = options.work;
    const ownership = new Ownership(await options.pool.connect(), options);
    try {
      const acquire = async (): Promise<number | undefined> =>
        (await ownership.client.query<{ pid: number }>(ACQUIRE, [name, generation])).rows[0]?.pid;
      const pid = (await acquire()) ?? ((await ownership.#endExpired()) ? await acquire() : undefined);
      if (pid === undefined) {
        ownership.#giveBack();
        return null;
      }
      // Commits do not wait for the disk: a crash of the server loses rows and checkpoint together.
      await ownership.client.query('set synchronous_commit = off');
      await options.prepare?.(ownership.client);
      ownership.#keep(pid);
      return ownership;
    } catch (error) {
      ownership.release();
      throw error;
    }
  }

  get work(): Work {
    return this.options.work;
  }

  /** Whether the session is known to be gone, or another one known to have the projection. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Closes the session, and with it the lock; its settings never reach another user of the pool. */
  release(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.client.release(true);
  }

  /** Nothing was acquired and nothing set: the session is as it was. */
  #giveBack(): void {
    this.client.off('error', this.#onError);
    this.client.off('end', this.#onError);
    this.client.release();
  }

  /** Whether there was one. */
  async #endExpired(): Promise<boolean> {
    const { work, logger } = this.options;
    const { rows } = await this.client.query<{ pid: number }>(END_EXPIRED, [work.name, work.generation, LEASE_MS]);
    for (const { pid } of rows)
      logger.warn({ projection: work.name, pid }, 'the owner of a projection did not renew its lease');
    return rows.length > 0;
  }

  #keep(pid: number): void {
    const { renewEveryMs = RENEW_EVERY_MS } = this.options;
    this.#timer = setInterval(() => void this.#renew(pid), renewEveryMs).unref();
  }

  /** Over a connection of its own, for a page may keep the owner's busy for longer than a lease. */
  async #renew(pid: number): Promise<void> {
    if (this.#renewing || this.#lost) return;
    this.#renewing = true;
    const { pool, work, logger, report } = this.options;
    const { lagSeconds, eventsPerSecond } = report?.() ?? { lagSeconds: 0, eventsPerSecond: 0 };
    try {
      const { rowCount } = await pool.query(RENEW, [
        ...[work.name, work.generation, pid],
        ...[lagSeconds, eventsPerSecond],
      ]);
      if (rowCount === 0) this.#lost = true;
    } catch (error) {
      logger.warn({ err: error, projection: work.name }, 'the lease of a projection was not renewed');
    } finally {
      this.#renewing = false;
    }
  }
}

const LOCK = `hashtextextended('keyledger projection ' || $1 || ' ' || $2::int, 0)`;

/** Lock and lease in one statement, which the server ends whatever becomes of the process that asked. */
const ACQUIRE = `
  with lock as materialized (select pg_try_advisory_lock(${LOCK}) as acquired)
  insert into read_models.projection_leases as lease (projection, generation, pid, renewed_at)
  select $1, $2::int, pg_backend_pid(), clock_timestamp() from lock where acquired
  on conflict (projection, generation) do update set pid = excluded.pid, renewed_at = excluded.renewed_at
  returning pid`;

const RENEW = `
  update read_models.projection_leases set
    renewed_at = clock_timestamp(), lag_seconds = $4, events_per_second = $5
  where projection = $1 and generation = $2 and pid = $3`;

/** Only the session that holds the lock right now and that the expired lease names. The two halves are how pg_locks shows a lock. */
const END_EXPIRED = `
  select holder.pid, pg_terminate_backend(holder.pid, ${END_WITHIN_MS})
  from read_models.projection_leases lease
  join pg_locks holder on holder.pid = lease.pid
  where lease.projection = $1 and lease.generation = $2
    and lease.renewed_at < clock_timestamp() - make_interval(secs => $3 / 1000.0)
    and holder.locktype = 'advisory' and holder.granted and holder.objsubid = 1
    and holder.database = (select oid from pg_database where datname = current_database())
    and (holder.classid::bigint << 32) | holder.objid::bigint = ${LOCK}`;
