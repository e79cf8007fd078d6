import type pg from 'pg';
import { orUnavailable } from '#libs/postgres';
import type { LeasedAttempt } from './lease-tokens.js';
import { Together } from '#libs/lifecycle';

/** A row of `job_queue.leases` that somebody holds. */
export interface LeaseRow extends LeasedAttempt {
  /** Unix milliseconds, by the database's clock. */
  readonly expiresAt: number;
}

/** Where to look for work. */
export interface ClaimScope {
  /** Only jobs of this organization; null: of all. */
  readonly orgId: string | null;
  /** Null: whichever. */
  readonly policyTypes: readonly string[] | null;
}

/** What one request asks for. */
export interface Claim {
  readonly max: number;
  readonly leaseSeconds: number;
  /** Who asks; with `requestId`, by which request. */
  readonly holder: string;
  readonly requestId: string | null;
}

/** What became of a lease that was to be extended. */
export interface ExtendedLease {
  /** Unix milliseconds. */
  readonly expiresAt: number;
  readonly cancelRequested: boolean;
}

/** The queue of one organization. */
export interface QueueFigures {
  readonly orgId: string;
  /** Due, and waiting for a worker. */
  readonly queued: number;
  /** Waiting for their time. */
  readonly pending: number;
  readonly processing: number;
  /** Unix seconds: since when the job is due that waits longest; null where none is. */
  readonly dueSince: number | null;
}

interface FigureRow {
  readonly org_id: string;
  readonly queued: string;
  readonly pending: string;
  readonly processing: string;
  readonly due_since: string | null;
}

interface ClaimedRow extends Row {
  /** Counted from 1. */
  readonly asker: number;
}

interface Row {
  readonly org_id: string;
  readonly job_id: string;
  readonly attempt: number;
  readonly expires_at: Date;
}

const MOST_AT_ONCE = 200;

/** The leases in Postgres (see `jobQueueMigrations`). Every method rejects with DatabaseUnavailable in an outage. */
export class LeaseRows {
  readonly #remaining = new Together<LeasedAttempt, number>({
    run: (attempts) => this.#remainingSeconds(attempts),
    most: MOST_AT_ONCE,
  });
  readonly #ended = new Together<LeasedAttempt, null>({
    run: async (attempts) => {
      await this.#end(attempts, true);
      return attempts.map(() => null);
    },
    most: MOST_AT_ONCE,
  });

  /** @param pool of the api role */
  constructor(private readonly pool: pg.Pool) {}

  /**
   * Rows for attempts that are due and that nobody has, in the order in which they are due: for each claim its own, the
   * first ones for the first.
   * @param after the organization that was served last
   */
  async claim(scope: ClaimScope, after: string, claims: readonly Claim[]): Promise<readonly (readonly LeaseRow[])[]> {
    const rows = await this.#query<ClaimedRow>(
      'claim_jobs',
      'select * from job_queue.claim_jobs($1, $2, $3, $4, $5, $6, $7)',
      [
        ...[scope.orgId, after, scope.policyTypes, claims.map(({ max }) => max)],
        ...[claims.map(({ leaseSeconds }) => leaseSeconds), claims.map(({ holder }) => holder)],
        claims.map(({ requestId }) => requestId),
      ],
    );
    return claims.map((_, index) => rows.filter(({ asker }) => asker === index + 1).map(toLeaseRow));
  }

  /**
   * Rows for those of these attempts that nobody has yet.
   * @param orgId nothing of another organization is claimed; null: of any
   */
  async claimOffered(
    orgId: string | null,
    attempts: readonly LeasedAttempt[],
    { leaseSeconds, holder, requestId }: Claim,
  ): Promise<readonly LeaseRow[]> {
    const rows = await this.#query<Row>(
      'claim_offered',
      'select * from job_queue.claim_offered($1, $2, $3, $4, $5, $6, $7)',
      [orgId, ...columnsOf(attempts), leaseSeconds, holder, requestId],
    );
    return rows.map(toLeaseRow);
  }

  /** What the same request was given before, as far as it lives. */
  async ofRequest(orgId: string | null, holder: string, requestId: string): Promise<readonly LeaseRow[]> {
    const sql = 'select * from job_queue.leases_of_request($1, $2, $3)';
    return (await this.#query<Row>('leases_of_request', sql, [orgId, holder, requestId])).map(toLeaseRow);
  }

  /** Null where the lease is lost. */
  async extend({ orgId, jobId, attempt }: LeasedAttempt): Promise<ExtendedLease | null> {
    const [row] = await this.#query<{ expires_at: Date; cancel_requested: boolean }>(
      'extend_lease',
      'select * from job_queue.extend_lease($1, $2, $3)',
      [orgId, jobId, attempt],
    );
    return row === undefined ? null : { expiresAt: row.expires_at.getTime(), cancelRequested: row.cancel_requested };
  }

  /** How long the lease still lasts, milliseconds; 0 where it is lost. */
  async remainingMs(attempt: LeasedAttempt): Promise<number> {
    return Math.max(0, (await this.#remaining.ask(attempt)) * 1_000);
  }

  /** Lets the attempt know with its next heartbeat that its job was cancelled, and extends its lease no more. */
  async requestCancel({ orgId, jobId, attempt }: LeasedAttempt): Promise<void> {
    await this.#query('request_cancel', 'select job_queue.request_cancel($1, $2, $3)', [orgId, jobId, attempt]);
  }

  /** The end of this attempt is in the log. */
  async ended(attempt: LeasedAttempt): Promise<void> {
    await this.#ended.ask(attempt);
  }

  /** These attempts did not begin: their rows run out in a moment, and are seen to then. */
  async putOff(attempts: readonly LeasedAttempt[]): Promise<void> {
    await this.#query('put_off_leases', 'select job_queue.put_off_leases($1, $2)', [
      attempts.map(({ jobId }) => jobId),
      attempts.map(({ attempt }) => attempt),
    ]);
  }

  /** These attempts never began. */
  async forget(attempts: readonly LeasedAttempt[]): Promise<void> {
    await this.#end(attempts, false);
  }

  /** Closes leases whose end has come, and keeps other closers off them for a while. */
  async closeExpired(max: number, closingMs: number): Promise<readonly LeasedAttempt[]> {
    const rows = await this.#query<Row>(
      'close_expired',
      'select * from job_queue.close_expired($1, make_interval(secs => $2::double precision / 1000))',
      [max, closingMs],
    );
    return rows.map((row) => ({ orgId: row.org_id, jobId: row.job_id, attempt: row.attempt }));
  }

  /** Makes rows for attempts that run by the log but have none. @returns how many */
  async recover(): Promise<number> {
    const [row] = await this.#query<{ made: number }>(
      'recover_leases',
      'select job_queue.recover_leases() as made',
      [],
    );
    return row?.made ?? 0;
  }

  /** What waits and what runs, of every organization that has any of it. */
  async figures(): Promise<readonly QueueFigures[]> {
    const rows = await this.#query<FigureRow>('queue_figures', 'select * from job_queue.figures()', []);
    return rows.map((row) => ({
      orgId: row.org_id,
      queued: Number(row.queued),
      pending: Number(row.pending),
      processing: Number(row.processing),
      dueSince: row.due_since === null ? null : Number(row.due_since),
    }));
  }

  /** Deletes rows of attempts that ended longer ago than that. @returns how many, at most `max` */
  async sweep(keptMs: number, max: number): Promise<number> {
    const [row] = await this.#query<{ swept: number }>(
      'sweep_leases',
      'select job_queue.sweep_leases(make_interval(secs => $1::double precision / 1000), $2) as swept',
      [keptMs, max],
    );
    return row?.swept ?? 0;
  }

  async #remainingSeconds(attempts: readonly LeasedAttempt[]): Promise<readonly number[]> {
    const rows = await this.#query<{ number: number; remaining: number }>(
      'leases_remaining',
      'select * from job_queue.leases_remaining($1, $2, $3)',
      [...columnsOf(attempts)],
    );
    const seconds = new Map(rows.map(({ number, remaining }) => [number, remaining]));
    return attempts.map((_, index) => seconds.get(index + 1) ?? 0);
  }

  async #end(attempts: readonly LeasedAttempt[], began: boolean): Promise<void> {
    if (attempts.length === 0) return;
    await this.#query('end_leases', 'select job_queue.end_leases($1, $2, $3)', [
      attempts.map(({ jobId }) => jobId),
      attempts.map(({ attempt }) => attempt),
      began,
    ]);
  }

  #query<Result extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<readonly Result[]> {
    return orUnavailable(async () => (await this.pool.query<Result>({ name, text, values })).rows);
  }
}

function columnsOf(attempts: readonly LeasedAttempt[]): readonly [string[], string[], number[]] {
  return [
    attempts.map(({ orgId }) => orgId),
    attempts.map(({ jobId }) => jobId),
    attempts.map(({ attempt }) => attempt),
  ];
}

function toLeaseRow(row: Row): LeaseRow {
  return { orgId: row.org_id, jobId: row.job_id, attempt: row.attempt, expiresAt: row.expires_at.getTime() };
}
