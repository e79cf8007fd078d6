import type { OpaqueTokens } from '#libs/keyring';
import type { Logger } from '#libs/observability';
import { EVERYBODY, newsKey } from '#libs/read-models';
import { RequestRefused } from '../http/request-refused.js';
import { catchUp } from './catch-up.js';
import { HeldBytes } from './held-bytes.js';
import { Listeners } from './listeners.js';
import { openingFrame } from './live-event-frame.js';
import type { LiveEventKind } from './live-event-kinds.js';
import { LiveEventPositions } from './live-event-positions.js';
import { DEFAULT_LIMITS, type LiveEventsLimits } from './live-events-limits.js';
import { LiveStream, type EndOfStream } from './live-stream.js';
import { OpenStreams, type StillGood } from './open-streams.js';
import type { OrganizationLog } from './organization-log.js';

export interface LiveEventsOptions {
  readonly logOf: (orgId: string) => OrganizationLog;
  /** Waits until the log is read as far as it goes now. @throws RequestRefused `read_model_behind` */
  readonly untilNow: () => Promise<void>;
  readonly tokens: OpaqueTokens;
  readonly logger: Logger;
  /** On while anybody listens; tells `heard`. */
  readonly news: { turnOn(): void; turnOff(): Promise<void> };
  readonly onEnd?: (reason: EndOfStream) => void;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  readonly limits?: Partial<LiveEventsLimits>;
}

export interface ListenRequest {
  readonly orgId: string;
  readonly kinds: ReadonlySet<LiveEventKind>;
  /** Where the reader left off; null: from now on. */
  readonly lastEventId: string | null;
  readonly isStillGood: StillGood;
  /** Cuts the connection. */
  readonly cut: () => void;
}

/** When readers come back, spread out, for a stop ends all of them at once. */
const [RETRY_MS, RETRY_SPREAD_MS] = [1_000, 2_000];
const RETRY_AFTER_SECONDS = 5;

/** Live events of a process: who listens, and what they have in common. */
export class LiveEvents {
  readonly #positions: LiveEventPositions;
  readonly #limits: LiveEventsLimits;
  readonly #held: HeldBytes;
  readonly #streams: OpenStreams;
  /** By `newsKey` of their organization. */
  readonly #listeners = new Map<string, Listeners>();
  #opening = 0;
  #stopped = false;

  constructor(private readonly options: LiveEventsOptions) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#positions = new LiveEventPositions(options.tokens);
    this.#held = new HeldBytes(this.#limits.owedBytesOfAll);
    this.#streams = new OpenStreams(this.#limits);
  }

  /** How many streams are open. */
  get open(): number {
    return this.#streams.count;
  }

  /** How much is held for readers that are behind. */
  get heldBytes(): number {
    return this.#held.total;
  }

  /**
   * A stream from the reader's place on; whoever takes it tells it when its connection has ended.
   * @throws RequestRefused 422 for a place that the organization was not given, 429 where there are too many streams, 503
   * where the place, or now, cannot be read yet
   * @throws DatabaseUnavailable, EventStoreUnavailable
   */
  async listen(request: ListenRequest): Promise<LiveStream> {
    const listeners = this.#enter(request.orgId);
    try {
      const feed = await listeners.feed();
      const { lastEventId } = request;
      const place = lastEventId === null ? await listeners.now() : await listeners.placeOf(lastEventId);
      const stream: LiveStream = new LiveStream({
        ...{ kinds: request.kinds, position: place.seq, cut: request.cut },
        onEnd: (reason) => {
          this.#streams.remove(stream);
          feed.leave(stream);
          this.#leave(listeners);
          this.options.onEnd?.(reason);
        },
      });
      this.#streams.add(stream, request.isStillGood);
      const retryMs = Math.round(RETRY_MS + this.options.random() * RETRY_SPREAD_MS);
      stream.write(openingFrame(this.#positions.seal(request.orgId, place), retryMs));
      if (this.#stopped) stream.end('shutdown');
      else void this.#catchUp(stream, listeners);
      return stream;
    } catch (error) {
      this.#leave(listeners);
      throw error;
    } finally {
      this.#opening--;
    }
  }

  /** What is announced on `NEWS_CHANNEL`. */
  heard(payload: string): void {
    if (payload === EVERYBODY) for (const listeners of this.#listeners.values()) listeners.wake();
    else for (const key of payload.split(',')) this.#listeners.get(key)?.wake();
  }

  /** Ends every stream, and those that are opened from here on at once. */
  stop(): void {
    this.#stopped = true;
    for (const stream of this.#streams.all()) stream.end('shutdown');
    void this.options.news.turnOff();
  }

  #enter(orgId: string): Listeners {
    const listeners = this.#listeners.get(newsKey(orgId));
    if (this.open + this.#opening >= this.#limits.streams || (listeners?.count ?? 0) >= this.#limits.streamsOfOne) {
      const message = 'Too many open streams. Try again when some have ended.';
      throw new RequestRefused('rate_limited', { message, retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.#opening++;
    const entered = listeners ?? this.#begin(orgId);
    entered.count++;
    return entered;
  }

  #begin(orgId: string): Listeners {
    const { logOf, logger, untilNow, news } = this.options;
    const listeners = new Listeners({
      ...{ log: logOf(orgId), positions: this.#positions, held: this.#held, logger, untilNow },
      bounds: { events: this.#limits.owedEvents, bytes: this.#limits.owedBytes },
      onFault: (error) => this.#fault(listeners, error),
    });
    this.#listeners.set(newsKey(orgId), listeners);
    if (!this.#stopped) news.turnOn();
    return listeners;
  }

  #leave(listeners: Listeners): void {
    listeners.count--;
    if (listeners.count === 0) this.#forget(listeners);
  }

  #forget(listeners: Listeners): void {
    listeners.stop();
    const key = newsKey(listeners.orgId);
    if (this.#listeners.get(key) === listeners) this.#listeners.delete(key);
    if (this.#listeners.size === 0) void this.options.news.turnOff();
  }

  async #catchUp(stream: LiveStream, listeners: Listeners): Promise<void> {
    try {
      await catchUp(stream, await listeners.catchUpOptions());
    } catch (error) {
      this.options.logger.warn({ err: error, org_id: listeners.orgId }, 'a stream of live events cannot go on');
      stream.end('fault');
    }
  }

  /** Stops rather than skips: the readers come back, and are told 503 until what is missing is there. */
  #fault(listeners: Listeners, error: unknown): void {
    const { orgId } = listeners;
    this.options.logger.error({ err: error, org_id: orgId }, 'live events of an organization stopped');
    // Whoever comes now begins anew, behind what is at fault or before it.
    this.#forget(listeners);
    listeners.endAll();
  }
}
