import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { EventStore, Position } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { assertSameLog } from '../assert-same-log.js';
import { loadCheckpoint } from '../checkpoints.js';
import { mayPass } from '../may-pass.js';
import { Ownership } from '../ownership.js';
import { PRODUCT_PREFIXES } from '../product-prefixes.js';
import { projectPage } from '../project-page.js';
import type { Projection } from '../projection.js';
import { Rate } from '../rate.js';
import { readAhead } from '../read-ahead.js';
import { loadGenerations, type Generation } from './generation.js';
import { failGeneration, HeldServing } from './switch-generation.js';

export interface GenerationBuilderOptions {
  /** An instance of its own: the one that serves goes on beside it. */
  readonly projection: Projection;
  readonly generation: Generation;
  readonly eventStore: EventStore;
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly pageSize?: number;
}

const LONGEST_BACKOFF_MS = 5_000;
const ASK_FOR_HEAD_EVERY_MS = 1_000;

/**
 * Fills a generation from the beginning of the log, beside the one that serves, and makes it serve once it has come as
 * far. It outlives outages, and another process takes it over where it stands. The first event that cannot be folded
 * ends it: the tables that serve stay, and the reason is written down.
 */
export class GenerationBuilder {
  readonly #stopping = new AbortController();
  readonly #rate = new Rate(() => performance.now());
  #failures = 0;
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
    const { signal } = this.#stopping;
    const { logger, pool, generation } = this.options;
    while (!signal.aborted) {
      try {
        return await this.#build();
      } catch (error) {
        if (!mayPass(error)) {
          logger.error({ ...this.#fields(), err: error }, 'rebuild given up');
          const reason = error instanceof Error ? error.message : String(error);
          return await failGeneration(pool, generation, reason).catch((cause: unknown) =>
            logger.error({ ...this.#fields(), err: cause }, 'why the rebuild was given up could not be written down'),
          );
        }
        const backoff = Math.min(100 * 2 ** this.#failures++, LONGEST_BACKOFF_MS);
        logger.warn({ ...this.#fields(), err: error, backoff }, 'rebuild interrupted');
        await delay(backoff, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #build(): Promise<void> {
    const { projection, generation, eventStore, pool, logger, pageSize = 5_000 } = this.options;
    const { signal } = this.#stopping;
    const report = () => ({ lagSeconds: 0, eventsPerSecond: this.#rate.perSecond });
    const ownership = await Ownership.tryAcquire({ generation, pool, logger, report });
    if (ownership === null) return;
    let held: HeldServing | null = null;
    try {
      // It may have been given up for one of another version since.
      const { building } = await loadGenerations(ownership.client, generation.name);
      if (building?.generation !== generation.generation) return;
      projection.rolledBack?.();
      const checkpoint = await loadCheckpoint(ownership.client, generation);
      let from = checkpoint.position;
      const head = new Head(eventStore, await assertSameLog(eventStore, projection, checkpoint));
      logger.info({ ...this.#fields(), checkpoint: from.toString() }, 'rebuild running');
      const log = { after: from, prefixes: PRODUCT_PREFIXES, limit: pageSize, signal };
      for await (const page of readAhead(eventStore.subscribe(log))) {
        if (ownership.lost) throw new DatabaseUnavailable('the session that owned the rebuild is gone');
        if (page.position > from) {
          const known = await head.atLeast(page.position);
          await projectPage(ownership.client, { projection, generation, from }, { ...page, head: known });
          from = page.position;
          this.#rate.add(page.events.length);
        }
        this.#failures = 0;
        if (signal.aborted) break;
        held ??= page.caughtUp ? await HeldServing.hold(pool, generation) : null;
        if (held === null) continue;
        const isLost = page.caughtUp && from < held.position && held.position > (await eventStore.head());
        if (from >= held.position || isLost) {
          const switched: boolean = await held.switch(isLost);
          held = null;
          if (!switched) continue;
          logger.info({ ...this.#fields(), checkpoint: from.toString() }, 'rebuild serves');
          break;
        }
        if (held.isOverdue) {
          await held.letGo();
          held = null;
        }
      }
    } finally {
      await held?.letGo();
      ownership.release();
    }
  }

  #fields(): object {
    const { name, version, generation } = this.options.generation;
    return { projection: name, version, generation };
  }
}

/** The end of the log, for the progress that is shown; asked for once a second at most. */
class Head {
  #askedAt = performance.now();

  constructor(
    private readonly eventStore: EventStore,
    private head: Position,
  ) {}

  async atLeast(position: Position): Promise<Position> {
    if (performance.now() - this.#askedAt > ASK_FOR_HEAD_EVERY_MS) {
      this.#askedAt = performance.now();
      this.head = await this.eventStore.head();
    }
    return this.head > position ? this.head : position;
  }
}
