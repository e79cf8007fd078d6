import type pg from 'pg';
import { BEGINNING, type EventStore, type LogPage, type Position } from '#libs/event-store';
import { pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { CheckpointConflict, PoisonEvent, ProjectionVersionChanged } from './errors.js';
import { servingGeneration, useGeneration, type Generation } from './generations/generation.js';
import { logPages } from './log-pages.js';
import { OwnedProjection } from './owned-projection.js';
import { OwnerLoop, type OwnersWork } from './owner-loop.js';
import { Ownership } from './ownership.js';
import type { Projection } from './projection.js';
import { ProjectionLag } from './projection-lag.js';
import type { ProjectionStatus } from './projection-status.js';
import { Rate } from './rate.js';

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
  #error: string | null = null;

  constructor(private readonly options: ProjectionRunnerOptions) {}

  /** Begins to project in the background; a call while it does changes nothing, one after it gave up tries again. */
  start(): void {
    if (this.#error !== null) {
      this.#error = null;
      this.#state = 'starting';
      this.#running = null;
    }
    this.#running ??= this.#loop().run();
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

  #loop(): OwnerLoop<LogPage, Generation> {
    const { projection, eventStore, pageSize } = this.options;
    const owner = {
      acquire: () => this.#acquire(),
      begin: (ownership: Ownership<Generation>) => this.#begin(ownership),
      interrupted: (error: unknown, backoffMs: number) => this.#interrupted(error, backoffMs),
      giveUp: (error: unknown) => this.#giveUp(error),
    };
    const pages = logPages({ eventStore, pageSize, paced: projection });
    return new OwnerLoop({ owner, pages, signal: this.#stopping.signal });
  }

  #interrupted(error: unknown, backoffMs: number): void {
    this.#state = 'starting';
    const { logger } = this.options;
    if (error instanceof CheckpointConflict)
      logger.info({ ...this.#fields(), backoffMs }, 'projection went on elsewhere, or in another generation');
    else logger.warn({ ...this.#fields(), err: error, backoffMs }, 'projection interrupted');
  }

  async #begin({ client, work: generation }: Ownership<Generation>): Promise<OwnersWork<LogPage>> {
    const { projection, eventStore, logger } = this.options;
    const { signal } = this.#stopping;
    const owned = await OwnedProjection.load({ projection, eventStore, logger, signal, client, generation });
    this.#checkpoint = owned.checkpoint;
    this.#parkedStreams = owned.parkedStreams;
    this.#state = 'running';
    logger.info({ ...this.#fields(), parkedStreams: owned.parkedStreams }, 'projection running');
    return { checkpoint: owned.checkpoint, take: (page) => this.#take(owned, page) };
  }

  async #take(owned: OwnedProjection, page: LogPage): Promise<boolean> {
    const before = owned.eventsProjected;
    this.#lag.reading(page);
    try {
      if (page.position > owned.checkpoint) await owned.project(page);
      await owned.answerRequests();
    } finally {
      this.#checkpoint = owned.checkpoint;
      this.#parkedStreams = owned.parkedStreams;
      this.#eventsProjected += owned.eventsProjected - before;
      this.#rate.add(owned.eventsProjected - before);
    }
    this.#lag.projected(page);
    return false;
  }

  /** The generation that serves right now, which another process may just have changed; null when told to stop. */
  async #acquire(): Promise<Ownership<Generation> | null> {
    const { projection, pool, logger } = this.options;
    const { signal } = this.#stopping;
    const report = () => ({ lagSeconds: this.#lag.seconds, eventsPerSecond: this.#rate.perSecond });
    while (!signal.aborted) {
      const serving = await servingGeneration(pool, projection);
      this.#generation = serving;
      if (serving.version !== projection.version) throw new ProjectionVersionChanged(projection, serving);
      const prepare = (client: pg.ClientBase): Promise<void> => useGeneration(client, serving);
      const ownership = await Ownership.tryAcquire({ work: serving, pool, logger, prepare, report });
      if (ownership !== null) return ownership;
      if (this.#state !== 'standby') logger.info(this.#fields(), 'projection on standby');
      this.#state = 'standby';
      await pause(STANDBY_POLL_MS, signal);
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
