import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { EventStore, LogPage, Position, StoredEvent } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { loadCheckpoint } from './checkpoints.js';
import { assertSameLog } from './assert-same-log.js';
import { PoisonEvent } from './errors.js';
import type { Generation } from './generations/generation.js';
import { inPageSpan } from './in-page-span.js';
import { mayPass } from './may-pass.js';
import { isEventsFault } from './parking/events-fault.js';
import { loadParkedStreams, type ParkedStreams } from './parking/parked-events.js';
import { endRequest, openUnparkRequests } from './parking/unpark-requests.js';
import { unparkStream } from './parking/unpark-stream.js';
import { projectPage } from './project-page.js';
import type { Projection } from './projection.js';

export interface OwnedProjectionOptions {
  readonly projection: Projection;
  readonly eventStore: EventStore;
  readonly logger: Logger;
  /** Ends what goes event by event, with its own reason thrown. */
  readonly signal: AbortSignal;
  /** The owner's session, which uses the generation. */
  readonly client: pg.ClientBase;
  readonly generation: Generation;
}

const LOOK_FOR_REQUESTS_MS = 1_000;
/** How often an event is tried before its stream is parked, and how long after the first failure. */
const TRIES = 3;
const FIRST_RETRY_MS = 100;
/** So many streams at fault are no fault of the events. */
const MOST_PARKED_STREAMS = 1_000;

/** A projection in the hands of its owner: where it stands, and what it does with a page. */
export class OwnedProjection {
  #lookedForRequestsAt = 0;
  #eventsProjected = 0;

  private constructor(
    private readonly options: OwnedProjectionOptions,
    private readonly parked: ParkedStreams,
    private position: Position,
  ) {}

  /** @throws CheckpointAheadOfLog, LogReplaced, EventStoreUnavailable */
  static async load(options: OwnedProjectionOptions): Promise<OwnedProjection> {
    const { projection, eventStore, client, generation } = options;
    // Another process may have gone on since these caches were filled.
    projection.rolledBack?.();
    const checkpoint = await loadCheckpoint(client, generation);
    await assertSameLog(eventStore, projection, checkpoint);
    return new OwnedProjection(options, await loadParkedStreams(client, generation), checkpoint.position);
  }

  get checkpoint(): Position {
    return this.position;
  }

  get parkedStreams(): number {
    return this.parked.size;
  }

  /** Since it was loaded. */
  get eventsProjected(): number {
    return this.#eventsProjected;
  }

  /**
   * A page that fails is projected again event by event, so that all but what is at fault is kept.
   * @throws PoisonEvent on one that must not be passed by
   */
  project(page: LogPage): Promise<void> {
    return inPageSpan(this.options.projection, page, () => this.#project(page));
  }

  async #project(page: LogPage): Promise<void> {
    const { events } = page;
    try {
      await this.#commit(page);
    } catch (error) {
      if (mayPass(error) || events.length === 0) throw error;
      this.options.logger.warn({ ...this.#fields(), err: error }, 'page failed, projecting event by event');
      for (const [index, event] of events.entries()) {
        // What is committed stays; the next owner goes on from here.
        this.options.signal.throwIfAborted();
        await this.#projectAlone(event, index === events.length - 1 ? page.position : event.position);
      }
    }
  }

  async #projectAlone(event: StoredEvent, position: Position): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#commit({ events: [event], position });
      } catch (cause) {
        if (mayPass(cause)) throw cause;
        const poison = new PoisonEvent(event, cause);
        if (!isEventsFault(cause) || this.parked.size >= MOST_PARKED_STREAMS) throw poison;
        if (attempt === TRIES) return this.#park(poison, position);
        const pause = FIRST_RETRY_MS * 2 ** (attempt - 1);
        // A stop leaves it untried rather than parked.
        await delay(pause, undefined, { signal: this.options.signal });
      }
    }
  }

  async #park(poison: PoisonEvent, position: Position): Promise<void> {
    const { stream } = poison.event;
    this.parked.set(stream, poison.message);
    try {
      await this.#commit({ events: [poison.event], position });
    } catch (error) {
      this.parked.delete(stream);
      throw error;
    }
    this.parked.set(stream, null);
    this.options.logger.error({ ...this.#fields(), err: poison, ...poison.fields() }, 'stream parked');
  }

  async #commit(page: Pick<LogPage, 'events' | 'position'>): Promise<void> {
    const { client, projection, generation } = this.options;
    await projectPage(client, { projection, generation, from: this.position, parked: this.parked }, page);
    this.position = page.position;
    this.#eventsProjected += page.events.length;
  }

  /** Does what operators asked for; looks for it once a second at most. */
  async answerRequests(): Promise<void> {
    if (performance.now() - this.#lookedForRequestsAt < LOOK_FOR_REQUESTS_MS) return;
    this.#lookedForRequestsAt = performance.now();
    const { client, generation, projection, eventStore, logger } = this.options;
    for (const { id, stream } of await openUnparkRequests(client, projection.name)) {
      try {
        await unparkStream(client, { projection, generation, checkpoint: this.position, eventStore }, stream);
        this.parked.delete(stream);
        await endRequest(client, id, null);
        logger.info({ ...this.#fields(), stream }, 'stream unparked');
      } catch (error) {
        if (mayPass(error)) throw error;
        logger.error({ ...this.#fields(), stream, err: error }, 'stream stays parked');
        await endRequest(client, id, error instanceof Error ? error.message : String(error));
      }
    }
  }

  #fields(): object {
    const { name, version, generation } = this.options.generation;
    return { projection: name, version, generation, checkpoint: this.position.toString() };
  }
}
