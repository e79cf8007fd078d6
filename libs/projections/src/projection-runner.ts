import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { BEGINNING, type EventStore, type LogPage, type Position } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { CheckpointConflict, PoisonEvent, ProjectionVersionChanged } from './errors.js';
import { gathered } from './gathered.js';
import { servingGeneration, type Generation } from './generations/generation.js';
import { mayPass } from './may-pass.js';
import { OwnedProjection } from './owned-projection.js';
import { Ownership } from './ownership.js';
import { PRODUCT_PREFIXES } from './product-prefixes.js';
import type { Projection } from './projection.js';
import { ProjectionLag } from './projection-lag.js';
import type { ProjectionStatus } from './projection-status.js';
import { Rate } from './rate.js';
import { readAhead } from './read-ahead.js';

export interface ProjectionRunnerOptions {
  readonly projection: Projection;
  readonly eventStore: EventStore;
  /** Of the projector role; a running projection keeps one of its connections and borrows another now and then. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** Places of the log in one transaction, default 5,000; while one page is written, the next is read. */
  readonly pageSize?: number;
}

const STANDBY_POLL_MS = 500;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * Keeps the generation that serves up with the log: owns it or stands by, projects page after page, and outlives outages
 * of the event store and of Postgres (a log line each). An event that cannot be folded parks its stream, in order and
 * visibly, while the rest goes on; what this release does not know, and what no single event is to blame for, stops it.
 */
export class ProjectionRunner {
  readonly #stopping = new AbortController();
  readonly #lag = new ProjectionLag({ now: () => Date.now(), monotonic: () => performance.now() });
  readonly #rate = new Rate(() => performance.now());
  #running: Promise<void> | null = null;
  #state: ProjectionStatus['state'] = 'starting';
  #checkpoint: Position = BEGINNING;
  #generation: Generation | null = null;
  #parkedStreams = 0;
  #eventsProjected = 0;
  #failures = 0;
  #error: string | null = null;

  constructor(private readonly options: ProjectionRunnerOptions) {}

  /** Begins to project in the background; a call while it does changes nothing, one after it gave up tries again. */
  start(): void {
    if (this.#error !== null) {
      this.#error = null;
      this.#state = 'starting';
      this.#running = null;
    }
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
      generation: this.#generation?.generation ?? null,
      position: this.#checkpoint,
      state: this.#state,
      caughtUp: this.#state === 'running' && this.#lag.caughtUp,
      lagSeconds: this.#state === 'standby' ? 0 : this.#lag.seconds,
      parkedStreams: this.#state === 'running' ? this.#parkedStreams : 0,
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
        if (signal.aborted) return;
        if (!mayPass(error)) return this.#giveUp(error);
        this.#state = 'starting';
        const backoff = Math.min(100 * 2 ** this.#failures++, LONGEST_BACKOFF_MS);
        if (error instanceof CheckpointConflict)
          this.options.logger.info(
            { ...this.#fields(), backoff },
            'projection went on elsewhere, or in another generation',
          );
        else this.options.logger.warn({ ...this.#fields(), err: error, backoff }, 'projection interrupted');
        await delay(backoff, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #own(): Promise<void> {
    const { projection, eventStore, logger, pageSize = 5_000 } = this.options;
    const { signal } = this.#stopping;
    const acquired = await this.#acquire();
    if (acquired === null) return;
    const { ownership, generation } = acquired;
    try {
      const { client } = ownership;
      const owned = await OwnedProjection.load({ projection, eventStore, logger, signal, client, generation });
      this.#checkpoint = owned.checkpoint;
      this.#parkedStreams = owned.parkedStreams;
      this.#state = 'running';
      logger.info({ ...this.#fields(), parkedStreams: owned.parkedStreams }, 'projection running');
      const log = { after: owned.checkpoint, prefixes: PRODUCT_PREFIXES, limit: pageSize, signal };
      for await (const page of readAhead(gathered(eventStore.subscribe(log)))) {
        if (ownership.lost) throw new DatabaseUnavailable('the session that owned the projection is gone');
        this.#lag.reading(page);
        await this.#take(owned, page);
        this.#lag.projected(page);
        this.#failures = 0;
      }
    } finally {
      ownership.release();
    }
  }

  async #take(owned: OwnedProjection, page: LogPage): Promise<void> {
    const before = owned.eventsProjected;
    try {
      if (page.position > owned.checkpoint) await owned.project(page);
      await owned.answerRequests();
    } finally {
      this.#checkpoint = owned.checkpoint;
      this.#parkedStreams = owned.parkedStreams;
      this.#eventsProjected += owned.eventsProjected - before;
      this.#rate.add(owned.eventsProjected - before);
    }
  }

  /** The generation that serves right now, which another process may just have changed; null when told to stop. */
  async #acquire(): Promise<{ readonly ownership: Ownership; readonly generation: Generation } | null> {
    const { projection, pool, logger } = this.options;
    const { signal } = this.#stopping;
    const report = () => ({ lagSeconds: this.#lag.seconds, eventsPerSecond: this.#rate.perSecond });
    while (!signal.aborted) {
      const serving = await servingGeneration(pool, projection);
      this.#generation = serving;
      if (serving.version !== projection.version) throw new ProjectionVersionChanged(projection, serving);
      const ownership = await Ownership.tryAcquire({ generation: serving, pool, logger, report });
      if (ownership !== null) return { ownership, generation: serving };
      if (this.#state !== 'standby') logger.info(this.#fields(), 'projection on standby');
      this.#state = 'standby';
      await delay(STANDBY_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  #giveUp(error: unknown): void {
    const poison = error instanceof PoisonEvent ? error.fields() : {};
    this.#state = 'stopped';
    this.#error = error instanceof Error ? error.message : String(error);
    this.options.logger.error({ ...this.#fields(), err: error, ...poison }, 'projection stopped and needs attention');
  }

  #fields(): object {
    const { name, version } = this.options.projection;
    const generation = this.#generation?.generation;
    return { projection: name, version, generation, checkpoint: this.#checkpoint.toString() };
  }
}
