import type pg from 'pg';
import { TOLD_STREAMS } from '#libs/contracts';
import { BEGINNING, type LogPage, type Position } from '#libs/event-store';
import type { ObservedEventStore } from '#libs/event-stores';
import { pause } from '#libs/lifecycle';
import type { MessageBus } from '#libs/messaging';
import type { Logger } from '#libs/observability';
import { logPages, OwnerLoop, Ownership, PoisonEvent, ProjectionLag, type OwnersWork } from '#libs/projections';
import { OwnedPublisher, SAY_NOTHING_EVERY_MS } from './owned-publisher.js';
import { PUBLISHER_WORK } from './publisher-work.js';
import { remindedPages } from './reminded-pages.js';

export interface PublisherOptions {
  /** Of the projector role; a running publisher keeps one of its connections and borrows another now and then. */
  readonly pool: pg.Pool;
  readonly eventStore: ObservedEventStore;
  readonly bus: Pick<MessageBus, 'publish'>;
  readonly logger: Logger;
}

/** How the publisher of this process stands. */
export interface PublisherStatus {
  /** `standby`: another process publishes. `stopped`: it was told to, or something went wrong that a human must see. */
  readonly state: 'starting' | 'running' | 'standby' | 'stopped';
  readonly position: Position;
  /** See `ProjectionLag`; 0 on standby, where the owner's figure counts. */
  readonly lagSeconds: number;
  /** Places of the log that were not looked at yet: events on Postgres, bytes on EventStoreDB. 0 but where it runs. */
  readonly backlog: number;
  /** Why it will not go on by itself; null while it does. */
  readonly error: string | null;
}

const STANDBY_POLL_MS = 500;
const PAGE_SIZE = 500;

/**
 * Puts what happened on the bus, in log order, each message naming the one before it: one owner at a time, the others stand
 * by. It outlives outages of the event store, of Postgres and of the bus. It never sets an event aside: what it cannot
 * translate stops it, visibly, for receivers would get what came behind and never learn of it.
 */
export class Publisher {
  readonly #stopping = new AbortController();
  readonly #lag = new ProjectionLag({ now: () => Date.now(), monotonic: () => performance.now() });
  #running: Promise<void> | null = null;
  #state: PublisherStatus['state'] = 'starting';
  #error: string | null = null;
  #position: Position = BEGINNING;
  /** The end of the page that was taken last. */
  #inHand: Position = BEGINNING;

  constructor(private readonly options: PublisherOptions) {}

  /** Begins in the background; a second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Finishes the page in hand and lets go of the work; what the bus does not take is left to the next owner. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#state = 'stopped';
  }

  status(): PublisherStatus {
    const isOwner = this.#state === 'running';
    const { head } = this.options.eventStore.figures();
    const behind = Number((head > this.#inHand ? head : this.#inHand) - this.#position);
    return {
      state: this.#state,
      position: this.#position,
      lagSeconds: this.#state === 'standby' ? 0 : this.#lag.seconds,
      backlog: isOwner ? Math.max(0, behind) : 0,
      error: this.#error,
    };
  }

  #run(): Promise<void> {
    const owner = {
      acquire: () => this.#acquire(),
      begin: (ownership: Ownership) => this.#begin(ownership),
      interrupted: (error: unknown, backoffMs: number) => this.#interrupted(error, backoffMs),
      giveUp: (error: unknown) => this.#giveUp(error),
    };
    const read = logPages({
      eventStore: this.options.eventStore,
      pageSize: PAGE_SIZE,
      paced: { streams: TOLD_STREAMS },
    });
    const pages = (after: Position, signal: AbortSignal): AsyncIterable<LogPage> =>
      remindedPages(read(after, signal), SAY_NOTHING_EVERY_MS);
    return new OwnerLoop({ owner, pages, signal: this.#stopping.signal }).run();
  }

  async #acquire(): Promise<Ownership | null> {
    const { pool, logger } = this.options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const ownership = await Ownership.tryAcquire({ work: PUBLISHER_WORK, pool, logger });
      if (ownership !== null) return ownership;
      if (this.#state !== 'standby') logger.info({}, 'publisher on standby');
      this.#state = 'standby';
      await pause(STANDBY_POLL_MS, signal);
    }
    return null;
  }

  async #begin(ownership: Ownership): Promise<OwnersWork<LogPage>> {
    const { eventStore, bus, logger } = this.options;
    const { signal } = this.#stopping;
    const isLost = (): boolean => ownership.lost;
    const owned = await OwnedPublisher.load({ client: ownership.client, eventStore, bus, logger, signal, isLost });
    this.#position = owned.checkpoint;
    this.#state = 'running';
    logger.info(this.#fields(), 'publisher running');
    return { checkpoint: owned.checkpoint, take: (page) => this.#take(owned, page) };
  }

  async #take(owned: OwnedPublisher, page: LogPage): Promise<boolean> {
    this.#lag.reading(page);
    this.#inHand = page.position;
    try {
      await owned.take(page);
    } finally {
      this.#position = owned.checkpoint;
    }
    this.#lag.projected(page);
    return false;
  }

  #interrupted(error: unknown, backoffMs: number): void {
    this.#state = 'starting';
    this.options.logger.warn({ ...this.#fields(), err: error, backoffMs }, 'publisher interrupted');
  }

  #giveUp(error: unknown): void {
    const poison = error instanceof PoisonEvent ? error.fields() : {};
    this.#state = 'stopped';
    this.#error = error instanceof Error ? error.message : String(error);
    this.options.logger.error({ ...this.#fields(), err: error, ...poison }, 'publisher stopped and needs attention');
  }

  #fields(): object {
    return { checkpoint: this.#position.toString() };
  }
}
