import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { LogMessage } from '#libs/contracts';
import type { Logger } from '#libs/observability';
import { BusUnavailable } from '../bus-unavailable.js';
import { ensureStream } from './ensure-stream.js';
import { messageIdOf, subjectOf } from './jet-stream-names.js';
import { toJson } from './log-message-json.js';
import type { NatsSession } from './nats-session.js';

export interface JetStreamPublisherOptions {
  readonly logger: Logger;
  /** For all that one call publishes, milliseconds. */
  readonly publishWithinMs: number;
}

/** So many are on their way at once; the server acknowledges each. */
const AT_ONCE = 250;
/** Of what the server takes, for subject and headers. */
const HEADER_BYTES = 1_024;

/** Puts messages on the stream, in order, and makes the stream where it is missing. */
export class JetStreamPublisher {
  constructor(
    private readonly session: NatsSession,
    private readonly options: JetStreamPublisherOptions,
  ) {}

  /** @throws BusUnavailable */
  async publish(messages: readonly LogMessage[]): Promise<void> {
    const deadline = performance.now() + this.options.publishWithinMs;
    const connection = await this.session.connection();
    for (let from = 0; from < messages.length; from += AT_ONCE) {
      const part = messages.slice(from, from + AT_ONCE);
      try {
        await this.#send(connection, part, deadline);
      } catch {
        // The stream may be gone, with the server's volume say. What is there already is known again by its id.
        await this.#sendAnew(connection, part, deadline);
      }
    }
  }

  async #sendAnew(connection: NatsConnection, part: readonly LogMessage[], deadline: number): Promise<void> {
    try {
      await ensureStream(await jetstreamManager(connection, { timeout: leftUntil(deadline), checkAPI: false }));
      await this.#send(connection, part, deadline);
    } catch (cause) {
      throw new BusUnavailable('NATS did not take what was published', { cause });
    }
  }

  async #send(connection: NatsConnection, part: readonly LogMessage[], deadline: number): Promise<void> {
    const client = jetstream(connection, { timeout: leftUntil(deadline) });
    const mostBytes = (connection.info?.max_payload ?? 1_048_576) - HEADER_BYTES;
    const sent = await Promise.allSettled(part.map((message) => this.#sendOne(client, message, mostBytes, deadline)));
    const failed = sent.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #sendOne(client: JetStreamClient, message: LogMessage, mostBytes: number, deadline: number): Promise<void> {
    const { text, isWhole } = toJson(message, mostBytes);
    if (!isWhole) {
      const { stream, revision } = message.content ?? {};
      this.options.logger.warn(
        { position: message.position, stream, revision },
        'too large for the bus, left to the log',
      );
    }
    await client.publish(subjectOf(message), text, {
      msgID: messageIdOf(message),
      timeout: leftUntil(deadline),
      retries: 0,
    });
  }
}

/** Milliseconds, never none: a request without time fails at once rather than never. */
function leftUntil(deadline: number): number {
  return Math.max(1, deadline - performance.now());
}
