import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { BEGINNING, type EventStore, type LogPage, type Position } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { loadCheckpoint } from './checkpoints.js';
import { CheckpointAheadOfLog, PoisonEvent } from './errors.js';
import { mayPass } from './may-pass.js';
import { Ownership } from './ownership.js';
import { PRODUCT_PREFIXES } from './product-prefixes.js';
import { projectPage } from './project-page.js';
import { gathered } from './gathered.js';
import type { Projection } from './projection.js';
import { ProjectionLag } from './projection-lag.js';
import type { ProjectionStatus } from './projection-status.js';
import { readAhead } from './read-ahead.js';

export interface ProjectionRunnerOptions {
  readonly projection: Projection;
  readonly eventStore: EventStore;
  /** Of the projector role; a running projection keeps one of its connections, and takes another each second. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** Places of the log in one transaction, default 5,000; while one page is written, the next is read. */
  readonly pageSize?: number;
}

const STANDBY_POLL_MS = 1_000;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * Keeps one projection up with the log: owns it or stands by, projects page after page, outlives outages of the event
 * store and of Postgres (a log line each), and stops at what it cannot fold rather than skip it.
 */
export class ProjectionRunner {
  readonly #stopping = new AbortController();
  readonly #lag = new ProjectionLag({ now: () => Date.now(), monotonic: () => performance.now() });
  #running: Promise<void> | null = null;
  #state: ProjectionStatus['state'] = 'starting';
  #checkpoint: Position = BEGINNING;
  #eventsProjected = 0;
  #failures = 0;
  #error: string | null = null;

  constructor(private readonly options: ProjectionRunnerOptions) {}

  /** Begins to project in the background; a second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Finishes the page in hand and lets go of the projection. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#state = 'stopped';
  }

  status(): ProjectionStatus {
    const { name, version } = this.options.projection;
    return {
      name,
      version,
      position: this.#checkpoint,
      state: this.#state,
      caughtUp: this.#state === 'running' && this.#lag.caughtUp,
      lagSeconds: this.#state === 'standby' ? 0 : this.#lag.seconds,
      eventsProjected: this.#eventsProjected,
      error: this.#error,
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#own();
      } catch (error) {
        if (!mayPass(error)) return this.#giveUp(error);
        if (signal.aborted) return;
        this.#state = 'starting';
        const backoff = Math.min(100 * 2 ** this.#failures++, LONGEST_BACKOFF_MS);
        this.options.logger.warn({ ...this.#fields(), err: error, backoff }, 'projection interrupted');
        await delay(backoff, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #own(): Promise<void> {
    const { projection, eventStore, pageSize = 5_000 } = this.options;
    const { signal } = this.#stopping;
    const ownership = await this.#acquire();
    if (ownership === null) return;
    try {
      projection.rolledBack?.();
      this.#checkpoint = await loadCheckpoint(ownership.client, projection);
      const head = await eventStore.head();
      if (this.#checkpoint > head) throw new CheckpointAheadOfLog(projection, this.#checkpoint, head);
      this.#state = 'running';
      this.options.logger.info(this.#fields(), 'projection running');
      const log = { after: this.#checkpoint, prefixes: PRODUCT_PREFIXES, limit: pageSize, signal };
      for await (const page of readAhead(gathered(eventStore.subscribe(log)))) {
        if (ownership.lost) throw new DatabaseUnavailable('the session that owned the projection is gone');
        this.#lag.reading(page);
        if (page.position > this.#checkpoint) await this.#project(ownership.client, page);
        this.#lag.projected(page);
        this.#failures = 0;
      }
    } finally {
      ownership.release();
    }
  }

  /** Null when told to stop. */
  async #acquire(): Promise<Ownership | null> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const ownership = await Ownership.tryAcquire(this.options);
      if (ownership !== null) return ownership;
      if (this.#state !== 'standby') this.options.logger.info(this.#fields(), 'projection on standby');
      this.#state = 'standby';
      await delay(STANDBY_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  /** A page that fails is projected again event by event, so that all before the bad one is kept and it is named. */
  async #project(client: pg.ClientBase, page: LogPage): Promise<void> {
    const { events } = page;
    try {
      await this.#commit(client, page);
    } catch (error) {
      if (mayPass(error) || events.length === 0) throw error;
      this.options.logger.warn({ ...this.#fields(), err: error }, 'page failed, projecting event by event');
      for (const [index, event] of events.entries()) {
        const position = index === events.length - 1 ? page.position : event.position;
        try {
          await this.#commit(client, { events: [event], position });
        } catch (cause) {
          if (mayPass(cause)) throw cause;
          throw new PoisonEvent(event, cause);
        }
      }
    }
  }

  async #commit(client: pg.ClientBase, page: Pick<LogPage, 'events' | 'position'>): Promise<void> {
    await projectPage(client, this.options.projection, this.#checkpoint, page);
    this.#checkpoint = page.position;
    this.#eventsProjected += page.events.length;
  }

  #giveUp(error: unknown): void {
    const poison = error instanceof PoisonEvent ? error.fields() : {};
    this.#state = 'stopped';
    this.#error = error instanceof Error ? error.message : String(error);
    this.options.logger.error({ ...this.#fields(), err: error, ...poison }, 'projection stopped and needs attention');
  }

  #fields(): object {
    const { name, version } = this.options.projection;
    return { projection: name, version, checkpoint: this.#checkpoint.toString() };
  }
}
