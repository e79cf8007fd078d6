import { connect, type NatsConnection } from '@nats-io/transport-node';
import { pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { BusUnavailable } from '../bus-unavailable.js';
import { natsAddress } from './nats-address.js';

const CONNECT_WITHIN_MS = 3_000;
const FAREWELL_MS = 500;
const RECONNECT_EVERY_MS = 500;
/** Two unanswered in a row, and the server counts as gone: its process may be frozen, or its machine. */
const PING_EVERY_MS = 5_000;

/** One connection to NATS for all of a bus, made when it is first needed; once made, its client finds back by itself. */
export class NatsSession {
  #connection: Promise<NatsConnection> | null = null;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {}

  /** @throws BusUnavailable where none can be made right now, or the session is closed */
  async connection(): Promise<NatsConnection> {
    if (this.#closed) throw new BusUnavailable('the bus is closed');
    const connecting = (this.#connection ??= this.#connect());
    try {
      return await connecting;
    } catch (cause) {
      this.#forget(connecting);
      throw new BusUnavailable('NATS did not answer', { cause });
    }
  }

  /** Sends what was handed to it, then hangs up; a server that does not take it is not waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection?.catch(() => null);
    if (connection == null) return;
    await Promise.race([connection.flush().catch(() => undefined), pause(FAREWELL_MS)]);
    await connection.close();
  }

  async #connect(): Promise<NatsConnection> {
    const connection = await connect({
      ...natsAddress(this.url),
      name: 'keyledger',
      timeout: CONNECT_WITHIN_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_EVERY_MS,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 2,
    });
    void this.#watch(connection);
    return connection;
  }

  /** Until its end, which comes by `close` or by what its client does not get over, such as a password that changed. */
  async #watch(connection: NatsConnection): Promise<void> {
    const made = this.#connection;
    this.logger.info({ server: connection.getServer() }, 'connected to NATS');
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.logger.warn({}, 'connection to NATS lost');
      if (type === 'reconnect') this.logger.info({ server: connection.getServer() }, 'connected to NATS again');
    }
    const error = await connection.closed();
    if (made !== null) this.#forget(made);
    if (!this.#closed) this.logger.warn({ err: error }, 'connection to NATS ended');
  }

  #forget(connection: Promise<NatsConnection>): void {
    if (this.#connection === connection) this.#connection = null;
  }
}
