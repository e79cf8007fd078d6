import type pg from 'pg';
import type { IntegrationEvent, Translator } from '#libs/contracts';
import { isError } from '#libs/errors';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { inTransaction } from '#libs/postgres';
import {
  claimReplay,
  keepReplayed,
  putOffReplay,
  type NewDelivery,
  type OpenReplay,
  type ReplayedEvent,
} from '#libs/webhook-deliveries';
import { completeEvents } from '../fan-out/complete-events.js';
import { DeliveryBody } from '../fan-out/delivery-body.js';
import { newDeliveryId } from '../fan-out/new-id.js';

export interface ReplaysOptions {
  /** Of the projector role. */
  readonly pool: pg.Pool;
  readonly translator: Pick<Translator, 'translateAt'>;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 1_000;
const LIMITS = { events: 100, mostPending: 1_000 };
const AGAIN_AFTER_MS = 60_000;

/**
 * Has the past delivered again, a part at a time and each replay in its turn: what is replayed is read from the streams that
 * it happened in. Any process goes on with any replay, behind what was kept of it; one that cannot go on is put off.
 */
export class Replays {
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(private readonly options: ReplaysOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Finishes the part in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { pool, logger } = this.options;
    const { signal } = this.#stopping;
    const backoff = new Backoff({ firstMs: 250, longestMs: 30_000 });
    while (!signal.aborted) {
      let pauseMs = LOOK_EVERY_MS;
      try {
        const replay = await inTransaction(pool, (client) => claimReplay(client, LIMITS));
        backoff.succeeded();
        if (replay !== null) {
          await this.#goOn(replay);
          pauseMs = 0;
        }
      } catch (error) {
        pauseMs = backoff.failed();
        logger.warn({ err: error, pauseMs }, 'replays did not go on');
      }
      if (pauseMs > 0) await pause(pauseMs, signal);
    }
  }

  async #goOn(replay: OpenReplay): Promise<void> {
    const { pool, logger } = this.options;
    const { replayId, events } = replay;
    try {
      const deliveries = await this.#deliveriesOf(replay);
      const last = events.length === LIMITS.events ? events.at(-1) : undefined;
      await inTransaction(pool, (client) => keepReplayed(client, replay, deliveries, last?.position ?? null));
      if (last === undefined) logger.info({ replay: replayId }, 'a replay is through');
    } catch (error) {
      logger.warn({ err: error, replay: replayId, pauseMs: AGAIN_AFTER_MS }, 'a replay did not go on');
      await putOffReplay(pool, replayId, AGAIN_AFTER_MS, isError(error) ? error.message : String(error));
    }
  }

  async #deliveriesOf({ replayId, orgId, webhookId, position, events }: OpenReplay): Promise<readonly NewDelivery[]> {
    const happened: IntegrationEvent[] = [];
    for (const event of events) happened.push(await this.#translated(event));
    const completed = await completeEvents(this.options.pool, happened);
    return completed.map((event, index) => {
      const sequence = events[index]?.sequence ?? null;
      return {
        ...{ delivery_id: newDeliveryId(), org_id: orgId, webhook_id: webhookId, event_id: event.id },
        ...{ event_type: event.type, cause: replayId, position: position.toString(), sequence },
        ...{ test: false, redelivery_of: null, body: new DeliveryBody(event).numbered(sequence) },
      };
    });
  }

  async #translated({ stream, revision }: ReplayedEvent): Promise<IntegrationEvent> {
    const event = await this.options.translator.translateAt(stream, revision);
    if (event === null) throw new Error(`event ${revision} of ${stream} was delivered once and is none to deliver`);
    return event;
  }
}
