import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { BEGINNING, toPosition, type Position } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { CHECKPOINT_CHANNEL } from './checkpoints.js';
import type { ProjectionId } from './projection.js';

export interface CheckpointWaiterOptions {
  /** Of the api role: one connection of its own, opened by the first wait. */
  readonly url: string;
  readonly logger: Logger;
  /** Whose places it waits for; default: those of the projections. */
  readonly progress?: Progress;
}

/** Where work stands that follows the log. */
export interface Progress {
  /** Where its commits are announced, by its name or by nothing. */
  readonly channel: string;
  /** Answers `projection` (a name), `version`, `position`. */
  readonly statement: string;
}

const PROJECTIONS: Progress = {
  channel: CHECKPOINT_CHANNEL,
  statement: 'select projection, version, position from read_models.serving_projections',
};

interface Waiter {
  /** The projection's. */
  readonly name: string;
  readonly key: string;
  readonly position: Position;
  end(reached: boolean): void;
}

interface CheckpointRow {
  readonly projection: string;
  readonly version: number;
  readonly position: string;
}

/** Between two looks at the table while somebody waits and no hint comes. */
const POLL_MS = 50;
const LONGEST_BACKOFF_MS = 2_000;

/**
 * Waits until a projection, in whichever process it runs, has reached a position. However many wait, one connection
 * looks at the checkpoints, once for all: when a commit is announced, and every 50 ms in case that was lost.
 */
export class CheckpointWaiter {
  readonly #waiters = new Set<Waiter>();
  /** As last looked up; forgotten when the connection is, for a crashed server may come back with less. */
  readonly #known = new Map<string, Position>();
  #looking: Promise<void> | null = null;
  #wake: () => void = () => undefined;
  #unreachable = false;
  #failures = 0;
  #closed = false;

  constructor(private readonly options: CheckpointWaiterOptions) {}

  get #progress(): Progress {
    return this.options.progress ?? PROJECTIONS;
  }

  /**
   * True as soon as the projection has reached the position, false when `timeoutMs` have passed or the signal fires.
   * @throws DatabaseUnavailable when the time has passed and the database does not answer
   */
  async waitFor(id: ProjectionId, position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const key = keyOf(id);
    if ((this.#known.get(key) ?? -1n) >= position) return true;
    const cancelled = (): boolean => this.#closed || signal?.aborted === true;
    if (cancelled()) return false;
    const reached = await new Promise<boolean>((resolve) => {
      const end = (answer: boolean): void => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        resolve(answer);
      };
      const giveUp = (): void => end(false);
      const waiter: Waiter = { name: id.name, key, position, end };
      const timer = setTimeout(giveUp, timeoutMs);
      signal?.addEventListener('abort', giveUp);
      this.#waiters.add(waiter);
      this.#looking ??= this.#look();
      this.#wake();
    });
    if (!reached && !cancelled() && this.#unreachable) throw new DatabaseUnavailable('the checkpoints cannot be read');
    return reached;
  }

  /** How far the projection was when it was looked at last, while somebody waited. */
  lastSeen(id: ProjectionId): Position {
    return this.#known.get(keyOf(id)) ?? BEGINNING;
  }

  /** Ends every wait with false and closes the connection. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.end(false);
    this.#wake();
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#closed) {
      const client = new pg.Client({
        connectionString: this.options.url,
        connectionTimeoutMillis: 3_000,
        query_timeout: 3_000,
        keepAlive: true,
        application_name: 'keyledger checkpoints',
      });
      try {
        await this.#lookThrough(client);
      } catch (error) {
        this.#unreachable = true;
        this.#known.clear();
        const reason = error instanceof Error ? error.message : String(error);
        this.options.logger.warn({ error: reason }, 'checkpoints cannot be read');
        await delay(Math.min(250 * 2 ** this.#failures++, LONGEST_BACKOFF_MS));
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  /** Until closed; throws when the connection fails. */
  async #lookThrough(client: pg.Client): Promise<void> {
    let broken = false;
    client.on('error', () => {
      broken = true;
      this.#wake();
    });
    client.on('notification', ({ payload = '' }) => {
      // The checkpoints of others move all the time.
      if (payload === '' || [...this.#waiters].some(({ name }) => name === payload)) this.#wake();
    });
    await client.connect();
    await client.query(`listen ${pg.escapeIdentifier(this.#progress.channel)}`);
    while (!this.#closed) {
      if (broken) throw new DatabaseUnavailable('the connection was lost');
      const hinted = this.#hint();
      if (this.#waiters.size > 0) await this.#lookOnce(client);
      // Nobody waits: sleep until somebody does. The hint was armed before the look, so that none is lost between.
      await (this.#waiters.size === 0 ? hinted : Promise.race([hinted, delay(POLL_MS)]));
    }
  }

  #hint(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #lookOnce(client: pg.Client): Promise<void> {
    const { rows } = await client.query<CheckpointRow>({
      name: 'progress',
      text: this.#progress.statement,
    });
    this.#unreachable = false;
    this.#failures = 0;
    for (const row of rows) this.#known.set(keyOf({ ...row, name: row.projection }), toPosition(row.position));
    for (const waiter of this.#waiters) if ((this.#known.get(waiter.key) ?? -1n) >= waiter.position) waiter.end(true);
  }
}

function keyOf({ name, version }: ProjectionId): string {
  return `${name} ${version}`;
}
