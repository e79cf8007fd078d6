import type pg from 'pg';
import type { Translator } from '#libs/contracts';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import {
  holdReplay,
  moveReplay,
  nextReplayed,
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
const EVENTS_AT_ONCE = 100;
/** So many deliveries of one replay wait at most: the rest waits in the log, and takes no room. */
const MOST_PENDING = 1_000;

/**
 * Has the past delivered again, a part at a time, and goes on after a restart where it was: what is replayed is read from
 * the streams that it happened in. One process works on a replay, and any may go on with it.
 */
export class Replays {
  readonly #stopping = new AbortController();
  #wake: () => void = () => undefined;
  #running: Promise<void> | null = null;

  constructor(private readonly options: ReplaysOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#wake();
  }

  /** Finishes the part in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const backoff = new Backoff({ firstMs: 250, longestMs: 30_000 });
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      try {
        const isMore = await this.#goOn();
        backoff.succeeded();
        if (!isMore) await Promise.race([woken, pause(LOOK_EVERY_MS, signal)]);
      } catch (error) {
        const backoffMs = backoff.failed();
        this.options.logger.warn({ err: error, backoffMs }, 'a replay did not go on');
        await pause(backoffMs, signal);
      }
    }
  }

  /** Whether there may be more to do at once. */
  async #goOn(): Promise<boolean> {
    const client = await this.options.pool.connect();
    try {
      await client.query('begin');
      const replay = await holdReplay(client, MOST_PENDING);
      if (replay !== null) await this.#part(client, replay);
      await client.query('commit');
      client.release();
      return replay !== null;
    } catch (error) {
      // The transaction ends with the connection.
      client.release(true);
      throw error;
    }
  }

  async #part(client: pg.ClientBase, replay: OpenReplay): Promise<void> {
    const events = await nextReplayed(client, replay.replayId, EVENTS_AT_ONCE);
    const deliveries: NewDelivery[] = [];
    for (const event of events) deliveries.push(await this.#deliveryOf(client, replay, event));
    const last = events.length === EVENTS_AT_ONCE ? events.at(-1) : undefined;
    await moveReplay(client, replay.replayId, deliveries, last?.position ?? null);
    if (last === undefined) this.options.logger.info({ replay: replay.replayId }, 'a replay is through');
  }

  async #deliveryOf(
    client: pg.ClientBase,
    { replayId, orgId, webhookId, position }: OpenReplay,
    { stream, revision, sequence }: ReplayedEvent,
  ): Promise<NewDelivery> {
    const event = await this.options.translator.translateAt(stream, revision);
    if (event === null) throw new Error(`event ${revision} of ${stream} was delivered once and is none to deliver`);
    const content = { event, endpoint: null, stream, revision };
    const [completed] = await completeEvents(client, [{ position: '0', previous: '0', content }]);
    const body = new DeliveryBody(completed?.content?.event ?? event).numbered(sequence);
    return {
      ...{ delivery_id: newDeliveryId(), org_id: orgId, webhook_id: webhookId, event_id: event.id },
      ...{ event_type: event.type, cause: replayId, position: position.toString(), sequence },
      ...{ test: false, redelivery_of: null, body },
    };
  }
}
