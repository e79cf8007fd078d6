import type pg from 'pg';
import type { EventStore, LogPage, Position } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { assertSameLog } from '../assert-same-log.js';
import { loadCheckpoint } from '../checkpoints.js';
import type { OwnersWork } from '../owner-loop.js';
import type { Ownership } from '../ownership.js';
import { projectPage } from '../project-page.js';
import type { Projection } from '../projection.js';
import { loadGenerations, type Generation } from './generation.js';
import { LogEnd } from './log-end.js';
import { HeldServing } from './switch-generation.js';

export interface GenerationBeingBuiltOptions {
  readonly projection: Projection;
  readonly eventStore: EventStore;
  /** For the moment of the switch. */
  readonly pool: pg.Pool;
  readonly ownership: Ownership<Generation>;
  readonly logger: Logger;
  /** Told of each page. */
  readonly onProjected: (events: number) => void;
}

/** A generation in the hands of its builder: where it stands, and what it does with a page. Its last page makes it serve. */
export class GenerationBeingBuilt implements OwnersWork<LogPage> {
  #held: HeldServing | null = null;

  private constructor(
    private readonly options: GenerationBeingBuiltOptions,
    private readonly logEnd: LogEnd,
    private position: Position,
  ) {}

  /** Null where it was given up for one of another version since. @throws CheckpointAheadOfLog, LogReplaced, EventStoreUnavailable */
  static async load(options: GenerationBeingBuiltOptions): Promise<GenerationBeingBuilt | null> {
    const { projection, eventStore, ownership } = options;
    const { client, work: generation } = ownership;
    const { building } = await loadGenerations(client, generation.name);
    if (building?.generation !== generation.generation) return null;
    // Another process may have gone on since these caches were filled.
    projection.rolledBack?.();
    const checkpoint = await loadCheckpoint(client, generation);
    const logEnd = new LogEnd(eventStore, await assertSameLog(eventStore, projection, checkpoint));
    const built = new GenerationBeingBuilt(options, logEnd, checkpoint.position);
    options.logger.info(built.#fields(), 'rebuild running');
    return built;
  }

  get checkpoint(): Position {
    return this.position;
  }

  /** True once it serves. */
  async take(page: LogPage): Promise<boolean> {
    await this.#project(page);
    const { pool, ownership, logger } = this.options;
    this.#held ??= page.caughtUp ? await HeldServing.hold(pool, ownership.work) : null;
    if (this.#held === null || !(await this.#switch(this.#held, page))) return false;
    logger.info(this.#fields(), 'rebuild serves');
    return true;
  }

  async end(): Promise<void> {
    await this.#held?.letGo();
  }

  async #project(page: LogPage): Promise<void> {
    if (page.position <= this.position) return;
    const { projection, ownership, onProjected } = this.options;
    const { client, work: generation } = ownership;
    const head = await this.logEnd.atLeast(page.position);
    await projectPage(client, { projection, generation, from: this.position }, { ...page, head });
    this.position = page.position;
    onProjected(page.events.length);
  }

  async #switch(held: HeldServing, page: LogPage): Promise<boolean> {
    const isBehind = this.position < held.position;
    const isLost = page.caughtUp && isBehind && held.position > (await this.options.eventStore.head());
    if (!isBehind || isLost) {
      // Held no more, however it ends.
      this.#held = null;
      return held.switch(isLost);
    }
    if (held.isOverdue) {
      this.#held = null;
      await held.letGo();
    }
    return false;
  }

  #fields(): object {
    const { name, version, generation } = this.options.ownership.work;
    return { projection: name, version, generation, checkpoint: this.position.toString() };
  }
}
