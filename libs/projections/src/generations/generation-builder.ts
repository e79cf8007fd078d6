import type pg from 'pg';
import type { EventStore, LogPage } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { logPages } from '../log-pages.js';
import { OwnerLoop, type OwnersWork } from '../owner-loop.js';
import { Ownership } from '../ownership.js';
import type { Projection } from '../projection.js';
import { Rate } from '../rate.js';
import { GenerationBeingBuilt } from './generation-being-built.js';
import { useGeneration, type Generation } from './generation.js';
import { failGeneration } from './switch-generation.js';

export interface GenerationBuilderOptions {
  /** An instance of its own: the one that serves goes on beside it. */
  readonly projection: Projection;
  readonly generation: Generation;
  readonly eventStore: EventStore;
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly pageSize?: number;
}

/**
 * Fills a generation from the beginning of the log, beside the one that serves, and makes it serve once it has come as
 * far. It outlives outages, and another process takes it over where it stands. The first event that cannot be folded
 * ends it: the tables that serve stay, and the reason is written down.
 */
export class GenerationBuilder {
  readonly #stopping = new AbortController();
  readonly #rate = new Rate(() => performance.now());
  readonly #running: Promise<void>;
  #ended = false;

  constructor(private readonly options: GenerationBuilderOptions) {
    this.#running = this.#run().finally(() => (this.#ended = true));
  }

  /** Whether nothing is left to do: it serves, or was given up, or another process has it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Finishes the page in hand; the next process goes on from there. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { eventStore, pageSize } = this.options;
    const owner = {
      acquire: () => this.#acquire(),
      begin: (ownership: Ownership<Generation>) => this.#begin(ownership),
      interrupted: (error: unknown, backoffMs: number) =>
        this.options.logger.warn({ ...this.#fields(), err: error, backoffMs }, 'rebuild interrupted'),
      giveUp: (error: unknown) => this.#giveUp(error),
    };
    const pages = logPages({ eventStore, pageSize });
    await new OwnerLoop({ owner, pages, signal: this.#stopping.signal }).run();
  }

  #acquire(): Promise<Ownership<Generation> | null> {
    const { generation, pool, logger } = this.options;
    const report = () => ({ lagSeconds: 0, eventsPerSecond: this.#rate.perSecond });
    const prepare = (client: pg.ClientBase): Promise<void> => useGeneration(client, generation);
    return Ownership.tryAcquire({ work: generation, pool, logger, prepare, report });
  }

  #begin(ownership: Ownership<Generation>): Promise<OwnersWork<LogPage> | null> {
    const { projection, eventStore, pool, logger } = this.options;
    const onProjected = (events: number): void => this.#rate.add(events);
    return GenerationBeingBuilt.load({ projection, eventStore, pool, ownership, logger, onProjected });
  }

  async #giveUp(error: unknown): Promise<void> {
    const { logger, pool, generation } = this.options;
    logger.error({ ...this.#fields(), err: error }, 'rebuild given up');
    const reason = error instanceof Error ? error.message : String(error);
    await failGeneration(pool, generation, reason).catch((cause: unknown) =>
      logger.error({ ...this.#fields(), err: cause }, 'why the rebuild was given up could not be written down'),
    );
  }

  #fields(): object {
    const { name, version, generation } = this.options.generation;
    return { projection: name, version, generation };
  }
}
