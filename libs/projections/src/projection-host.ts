import type pg from 'pg';
import type { EventStore } from '#libs/event-store';
import { pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { forgetEndedRequests } from './forget-ended-requests.js';
import { GenerationBuilder } from './generations/generation-builder.js';
import { loadGenerations, type Generations } from './generations/generation.js';
import { beginRequestedRebuild } from './generations/rebuild-requests.js';
import { dropRetired } from './generations/switch-generation.js';
import type { Projection } from './projection.js';
import { ProjectionRunner } from './projection-runner.js';
import type { ProjectionStatus } from './projection-status.js';

export interface ProjectionHostOptions {
  /** Makes the projection: the generation that serves and one that is built each need an instance, for they have caches. */
  readonly projection: () => Projection;
  readonly eventStore: EventStore;
  /** Of the projector role: each projection takes one connection, or two while it is rebuilt, and now and then another. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly pageSize?: number;
}

const LOOK_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 3_600_000;

/** Everything that a process does for one projection: it runs it, and rebuilds it when operators ask for that. */
export class ProjectionHost {
  readonly #stopping = new AbortController();
  readonly #projection: Projection;
  readonly #runner: ProjectionRunner;
  #builder: GenerationBuilder | null = null;
  #watching: Promise<void> | null = null;
  #failing = false;
  #forgotAt = -Infinity;

  constructor(private readonly options: ProjectionHostOptions) {
    this.#projection = options.projection();
    this.#runner = new ProjectionRunner({ ...options, projection: this.#projection });
  }

  /** Begins in the background; a second call changes nothing. */
  start(): void {
    this.#runner.start();
    this.#watching ??= this.#watch();
  }

  /** Finishes the pages in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#runner.stop(), this.#watching, this.#builder?.stop()]);
  }

  status(): ProjectionStatus {
    return this.#runner.status();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#look();
        this.#failing = false;
      } catch (error) {
        // The runner says what an outage means for it; here one line is enough for as long as it lasts.
        if (!this.#failing)
          this.options.logger.warn({ projection: this.#projection.name, err: error }, 'requests cannot be looked for');
        this.#failing = true;
      }
      await pause(LOOK_EVERY_MS, signal);
    }
  }

  async #look(): Promise<void> {
    const { pool } = this.options;
    await this.#forget();
    await beginRequestedRebuild(pool, this.#projection);
    const generations = await loadGenerations(pool, this.#projection.name);
    this.#build(generations);
    if (generations.retired !== null) await dropRetired(pool, this.#projection.name);
    const { generation, error } = this.#runner.status();
    // It gave up on tables that serve no more.
    if (error !== null && generations.serving?.generation !== generation) this.#runner.start();
  }

  async #forget(): Promise<void> {
    if (performance.now() - this.#forgotAt < FORGET_EVERY_MS) return;
    await forgetEndedRequests(this.options.pool);
    this.#forgotAt = performance.now();
  }

  #build({ building }: Generations): void {
    const { projection, eventStore, pool, logger, pageSize } = this.options;
    const isOurs = building?.version === this.#projection.version;
    if (building === null || !isOurs || this.#builder?.ended === false || this.#stopping.signal.aborted) return;
    this.#builder = new GenerationBuilder({
      ...{ projection: projection(), generation: building, eventStore, pool, logger },
      ...(pageSize === undefined ? {} : { pageSize }),
    });
  }
}
