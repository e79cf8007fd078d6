import type pg from 'pg';
import { BEGINNING, type EventStore, type Position } from '#libs/event-store';
import { Backoff, pause } from '#libs/lifecycle';
import type { MessageBus } from '#libs/messaging';
import type { Logger } from '#libs/observability';
import { CheckpointConflict, mayPass, OwnerLoop, Ownership, type OwnersWork } from '#libs/projections';
import { beginFanOut, isSendFromAsked, loadFanOut, operatedFanOut } from '#libs/webhook-deliveries';
import { assertFoldedLog } from './assert-folded-log.js';
import type { FanOutPage } from './fan-out-page.js';
import { fanOutPages } from './fan-out-pages.js';
import { FAN_OUT_WORK } from './fan-out-work.js';
import { OwnedFanOut } from './owned-fan-out.js';

export interface FanOutOptions {
  /** Of the projector role. */
  readonly pool: pg.Pool;
  readonly eventStore: EventStore;
  readonly bus: MessageBus;
  readonly logger: Logger;
  /** How long the bus may be silent before the log is looked at, milliseconds. */
  readonly silenceMs?: number;
  /** After which one that gave up tries again, milliseconds; default 30 s. */
  readonly retryMs?: number;
}

/** How the fan-out of this process stands. */
export interface FanOutStatus {
  readonly state: 'starting' | 'running' | 'standby' | 'stopped';
  readonly position: Position;
  /** Why it will not go on by itself; null while it does. */
  readonly error: string | null;
}

const STANDBY_POLL_MS = 500;
/** How often the owner looks whether an operator has asked for another place to send from. */
const LOOK_EVERY_MS = 1_000;
const RETRY_MS = 30_000;

/**
 * Gives every event to the endpoints that subscribe to it, in log order and under their own dense numbers: one owner at a
 * time, the others stand by. It makes rows and sends nothing. It never sets an event aside: what it cannot fold stops it,
 * visibly, for whatever came behind would get the wrong number. Where an operator asks for it, it begins anew.
 */
export class FanOut {
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #state: FanOutStatus['state'] = 'starting';
  #error: string | null = null;
  #owned: OwnedFanOut | null = null;

  constructor(private readonly options: FanOutOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Finishes the page in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#state = 'stopped';
  }

  status(): FanOutStatus {
    return { state: this.#state, position: this.#owned?.checkpoint ?? BEGINNING, error: this.#error };
  }

  async #run(): Promise<void> {
    const { eventStore, bus, logger, silenceMs } = this.options;
    const owner = {
      acquire: () => this.#acquire(),
      begin: (ownership: Ownership) => this.#begin(ownership),
      interrupted: (error: unknown, backoffMs: number) => this.#interrupted(error, backoffMs),
      giveUp: (error: unknown) => this.#giveUp(error),
    };
    const options = { eventStore, bus, logger, ...(silenceMs === undefined ? {} : { silenceMs }) };
    const pages = (after: Position, signal: AbortSignal): AsyncIterable<FanOutPage> =>
      fanOutPages(options, after, signal);
    do await new OwnerLoop({ owner, pages, signal: this.#stopping.signal }).run();
    while (await this.#mayBeginAnew());
  }

  /**
   * False: it was told to stop. One that gave up waits until an operator asks for another place to send from, or another
   * process has gone on by such a wish or with a release that can; and it tries again now and then, for what was wrong may
   * have been put right.
   */
  async #mayBeginAnew(): Promise<boolean> {
    const { pool, logger, retryMs = RETRY_MS } = this.options;
    const { signal } = this.#stopping;
    const backoff = new Backoff({ firstMs: LOOK_EVERY_MS, longestMs: RETRY_MS });
    const gaveUpAt = performance.now();
    let stoppedAt: Position | null = null;
    while (this.#error !== null && !signal.aborted && performance.now() - gaveUpAt < retryMs) {
      let pauseMs = Math.min(LOOK_EVERY_MS, retryMs);
      try {
        const found = await operatedFanOut(pool);
        backoff.succeeded();
        stoppedAt ??= found?.position ?? null;
        if (found !== null && (found.askedSendFrom !== null || found.position !== stoppedAt)) this.#error = null;
      } catch (error) {
        pauseMs = backoff.failed();
        logger.warn({ err: error, pauseMs }, 'the fan-out could not look for what an operator asks');
      }
      if (this.#error !== null) await pause(pauseMs, signal);
    }
    return !signal.aborted;
  }

  async #acquire(): Promise<Ownership | null> {
    const { pool, logger } = this.options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const ownership = await Ownership.tryAcquire({ work: FAN_OUT_WORK, pool, logger });
      if (ownership !== null) return ownership;
      if (this.#state !== 'standby') logger.info({}, 'the fan-out of webhooks is on standby');
      this.#state = 'standby';
      this.#error = null;
      await pause(STANDBY_POLL_MS, signal);
    }
    return null;
  }

  async #begin({ client }: Ownership): Promise<OwnersWork<FanOutPage>> {
    const { eventStore, logger } = this.options;
    const head = await eventStore.head();
    await beginFanOut(client, head);
    const checkpoint = await loadFanOut(client, head);
    await assertFoldedLog(eventStore, checkpoint);
    const owned = new OwnedFanOut(client, checkpoint.position);
    this.#owned = owned;
    this.#state = 'running';
    const { position, sendFrom } = checkpoint;
    logger.info({ position: position.toString(), sendFrom: sendFrom.toString() }, 'the fan-out of webhooks is running');
    let lookedAt = performance.now();
    return {
      checkpoint: position,
      take: async (page) => {
        const isTaken = await this.#take(owned, page);
        page.ack();
        if (!isTaken) return true;
        this.#error = null;
        if (performance.now() - lookedAt < LOOK_EVERY_MS) return false;
        lookedAt = performance.now();
        return isSendFromAsked(client);
      },
    };
  }

  /** False: what the bus brought was not to be understood, and the log is to be read from where it was left. */
  async #take(owned: OwnedFanOut, page: FanOutPage): Promise<boolean> {
    try {
      await owned.take(page);
      return true;
    } catch (error) {
      if (!page.isOfBus || mayPass(error)) throw error;
      this.options.logger.warn({ err: error }, 'what came over the bus could not be taken; reading the log instead');
      return false;
    }
  }

  #interrupted(error: unknown, backoffMs: number): void {
    this.#state = 'starting';
    const { logger } = this.options;
    if (error instanceof CheckpointConflict) logger.info({ backoffMs }, 'the fan-out of webhooks went on elsewhere');
    else logger.warn({ err: error, backoffMs }, 'the fan-out of webhooks was interrupted');
  }

  #giveUp(error: unknown): void {
    this.#state = 'stopped';
    this.#error = error instanceof Error ? error.message : String(error);
    this.options.logger.error({ err: error }, 'the fan-out of webhooks stopped and needs attention');
  }
}
