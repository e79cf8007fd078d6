import { ANY, jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#libs/observability';
import type { ClientEvent } from './collect-events.js';
import { messageOf } from './message-of.js';
import type { ClientLife, SharedClient } from './shared-client.js';
import { TICK_PREFIX, TICK_TYPE } from './tick-stream.js';
import { withinDeadline } from './within-deadline.js';

export interface TickerOptions {
  readonly shared: SharedClient;
  readonly logger: Logger;
}

/** More often than the port's one sign of life a second, for a tick has its way to go. */
const INTERVAL_MS = 750;
const DEADLINE_MS = 3_000;
const LONGEST_BACKOFF_MS = 2_000;
/** What scavenging leaves of the stream of a process that is gone. */
const KEPT_SECONDS = 86_400;

/**
 * Writes ticks into a stream of this process's own, which its subscriptions include: what has come through them up to a
 * tick is all that the log had when that tick was sent. Of each node only its own ticks count, for only it knows what its
 * clock said; so any number of nodes may tick. Begins with the first subscriber.
 */
export class Ticker {
  readonly stream = `${TICK_PREFIX}${randomUUID()}`;
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;

  constructor(private readonly options: TickerOptions) {}

  /** Begins in the background; a second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** When this process sent the event, `performance.now()` milliseconds; null for all that is no tick of its own. */
  sentAt({ streamId, data }: ClientEvent): number | null {
    if (streamId !== this.stream || typeof data !== 'object' || !('sent_at' in data)) return null;
    return typeof data.sent_at === 'number' ? data.sent_at : null;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { shared, logger } = this.options;
    let bounded = false;
    for (let failures = 0; !signal.aborted;) {
      try {
        if (!bounded) await shared.use((life) => this.#bound(life));
        bounded = true;
        await shared.use((life) => this.#tick(life));
        failures = 0;
        await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      } catch (error) {
        const backoff = Math.min(100 * 2 ** failures++, LONGEST_BACKOFF_MS);
        logger.warn({ error: messageOf(error), backoff }, 'tick could not be written');
        await delay(backoff, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Keeps the stream from growing: the server throws all but the newest tick away when it scavenges. */
  async #bound({ client, ended }: ClientLife): Promise<void> {
    const limits = { maxCount: 1, maxAge: KEPT_SECONDS };
    const setting = client.setStreamMetadata(this.stream, limits, { requiresLeader: true });
    await withinDeadline(setting, DEADLINE_MS, ended);
  }

  /** At any revision: a tick that is stored twice says the same twice. */
  async #tick({ client, ended }: ClientLife): Promise<void> {
    const tick = jsonEvent({ type: TICK_TYPE, data: { sent_at: performance.now() } });
    const ticking = client.appendToStream(this.stream, tick, { expectedRevision: ANY, requiresLeader: true });
    await withinDeadline(ticking, DEADLINE_MS, ended);
  }
}
