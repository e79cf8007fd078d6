import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { LogMessage } from '#libs/contracts';
import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import type { MessageBatch, MessageBus } from '../message-bus.js';
import { ensureConsumer } from './ensure-stream.js';
import { CONSUMER, STREAM } from './jet-stream-names.js';
import { JetStreamPublisher } from './jet-stream-publisher.js';
import { fromJson } from './log-message-json.js';
import { NatsSession } from './nats-session.js';
import { ReceivedMessages } from './received-messages.js';
import { settle } from './settle.js';

export interface JetStreamBusOptions {
  /** `NATS_URL`; its credentials appear in no log line and no error. */
  readonly url: string;
  readonly logger: Logger;
  /** Milliseconds, default 5,000. */
  readonly publishWithinMs?: number;
  /** After which what was not acknowledged comes again, milliseconds, default 30,000. A consumer that is there keeps its own. */
  readonly ackWaitMs?: number;
}

const ASK_WITHIN_MS = 3_000;
/** Without two of them in a row, milliseconds, the consumer is asked for: it may be gone with the server's volume. */
const HEARTBEAT_MS = 2_000;
const BATCH = 500;

/** The bus over NATS JetStream; works on nats-server 2.9 and later. It connects when it is first used. */
export class JetStreamBus implements MessageBus {
  readonly #session: NatsSession;
  readonly #publisher: JetStreamPublisher;
  readonly #closing = new AbortController();
  readonly #options: Required<JetStreamBusOptions>;

  constructor(options: JetStreamBusOptions) {
    this.#options = { publishWithinMs: 5_000, ackWaitMs: 30_000, ...options };
    this.#session = new NatsSession(options.url, options.logger);
    this.#publisher = new JetStreamPublisher(this.#session, this.#options);
  }

  publish(messages: readonly LogMessage[]): Promise<void> {
    return this.#publisher.publish(messages);
  }

  async *subscribe({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<MessageBatch, void, undefined> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    const backoff = new Backoff({ firstMs: 100, longestMs: 5_000 });
    while (!ended.aborted) {
      try {
        for await (const batch of this.#follow(ended)) {
          backoff.succeeded();
          yield batch;
        }
      } catch (error) {
        if (ended.aborted) return;
        const backoffMs = backoff.failed();
        this.#options.logger.warn({ err: error, backoffMs }, 'nothing comes from the bus');
        await pause(backoffMs, ended);
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#session.close();
  }

  async *#follow(ended: AbortSignal): AsyncGenerator<MessageBatch, void, undefined> {
    const received = new ReceivedMessages(await this.#consume(await this.#session.connection()), ended);
    try {
      for (;;) {
        const came = await received.take();
        if (came.length === 0) return;
        const batch = this.#batchOf(came);
        if (batch.messages.length > 0) yield batch;
      }
    } finally {
      received.stop();
    }
  }

  async #consume(connection: NatsConnection) {
    const manager = await jetstreamManager(connection, { timeout: ASK_WITHIN_MS, checkAPI: false });
    await ensureConsumer(manager, this.#options.ackWaitMs);
    const consumer = await jetstream(connection, { timeout: ASK_WITHIN_MS }).consumers.get(STREAM, CONSUMER);
    return consumer.consume({
      max_messages: BATCH,
      idle_heartbeat: HEARTBEAT_MS,
      abort_on_missing_resource: true,
    });
  }

  #batchOf(came: readonly JsMsg[]): MessageBatch {
    const messages = came.flatMap((message) => {
      const read = fromJson(message.string());
      if (read !== null) return read;
      this.#options.logger.warn({ subject: message.subject, seq: message.seq }, 'a message on the bus is not ours');
      settle(message, 'ack');
      return [];
    });
    return { messages, ack: () => came.forEach((message) => settle(message, 'ack')) };
  }
}
