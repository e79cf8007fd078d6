import { Backoff, pause, Together } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { isOutage } from '#libs/postgres';
import type { DeliveryLeases, EndedAttempt, LeasedDelivery } from '#libs/webhook-deliveries';
import type { Attempts } from './attempts.js';
import { InFlight } from './in-flight.js';
import { outcomeOf } from './outcome.js';
import { shares } from './shares.js';

export interface LaneOptions {
  readonly leases: Pick<DeliveryLeases, 'claim' | 'finish' | 'release'>;
  readonly attempts: Pick<Attempts, 'make'>;
  readonly logger: Logger;
  /** Whether it is the lane of the endpoints that take long. */
  readonly slow: boolean;
  /** Most that may be under way and have not taken long so far. */
  readonly mostQuick: number;
  /** Most under way in all. */
  readonly most: number;
  readonly onEnded: (ended: EndedAttempt) => void;
  /** Milliseconds of a clock that only goes forward; default `performance.now`. */
  readonly monotonic?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** Longer than any send takes: whoever is held up beyond it is fenced. */
const LEASE_MS = 30_000;
const CLAIM_AT_ONCE = 100;
/** Between two looks while nobody says that something is due. */
const LOOK_EVERY_MS = 1_000;
/** Where it was no receiver's fault that nothing was sent. */
const AGAIN_AFTER_MS = 5_000;
const FINISH_AT_ONCE = 200;
const RECORD_WITHIN_MS = 8_000;
/** What is left for that once a stop has given up what was under way. */
const RECORD_AT_THE_END_MS = 1_500;
/** Without a success, after which an endpoint is disabled. */
const FAILING_SECONDS = 5 * 86_400;

/**
 * Leases what is due, sends it and writes down what came of it. An endpoint that hangs holds no more than its own few
 * places, and those only for a second among the quick ones. One organization has no more than half of the quick places,
 * and no more than half of all: with enough endpoints that hang it would have every one.
 */
export class Lane {
  readonly #stopping = new AbortController();
  readonly #monotonic: () => number;
  readonly #inFlight: InFlight;
  readonly #settled = new Set<Promise<void>>();
  readonly #finished: Together<EndedAttempt, boolean>;
  #wake: () => void = () => undefined;
  #running: Promise<void> | null = null;
  #recordUntil = Infinity;
  #claiming: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LaneOptions) {
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#inFlight = new InFlight(this.#monotonic);
    this.#finished = new Together({ run: (ended) => this.#finish(ended), most: FINISH_AT_ONCE });
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** What is being sent to. */
  get endpoints(): ReadonlySet<string> {
    return this.#inFlight.endpoints;
  }

  /** Until what is being claimed now is among what is being sent. */
  get claimed(): Promise<unknown> {
    return this.#claiming;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something may be due. */
  wake(): void {
    this.#wake();
  }

  /** Nothing may be sent to that endpoint any more. */
  halt(webhookId: string): void {
    this.#inFlight.halt(webhookId);
  }

  /** Takes nothing more, lets what is under way end for so many milliseconds, and gives up the rest, which is due again. */
  async stop(graceMs: number): Promise<void> {
    this.#recordUntil = this.#monotonic() + graceMs + RECORD_AT_THE_END_MS;
    this.#stopping.abort();
    this.#wake();
    await this.#running;
    const ended = Promise.all(this.#settled);
    const grace = new AbortController();
    await Promise.race([ended, pause(graceMs, grace.signal)]);
    grace.abort();
    this.#inFlight.abort();
    await Promise.all(this.#settled);
  }

  async #run(): Promise<void> {
    const { logger, slow } = this.options;
    const { signal } = this.#stopping;
    const backoff = new Backoff({ firstMs: 100, longestMs: 5_000 });
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      try {
        const claiming = this.#claim();
        this.#claiming = claiming.catch(() => undefined);
        const isMore = await claiming;
        backoff.succeeded();
        if (!isMore) await Promise.race([woken, pause(LOOK_EVERY_MS, signal)]);
      } catch (error) {
        const backoffMs = backoff.failed();
        logger.warn({ err: error, slow, backoffMs }, 'deliveries that are due were not claimed');
        await pause(backoffMs, signal);
      }
    }
  }

  /** Whether there may be more at once. */
  async #claim(): Promise<boolean> {
    const { leases, slow, most, mostQuick } = this.options;
    const underWay = this.#inFlight.ofOrganizations();
    const quickOnes = [...underWay.values()].reduce((sum, { quick }) => sum + quick, 0);
    const places = Math.min(most - this.#inFlight.size, mostQuick - quickOnes, CLAIM_AT_ONCE);
    if (places <= 0) return false;
    this.#inFlight.beginClaim();
    const claimed = await leases.claim({
      ...{ slow, most: places, leaseMs: LEASE_MS },
      ...shares(this.options, underWay),
    });
    const claimedAt = this.#monotonic();
    for (const lease of claimed) {
      const settled: Promise<void> = this.#deliver(lease, claimedAt).finally(() => {
        this.#settled.delete(settled);
        // A place is free.
        this.#wake();
      });
      this.#settled.add(settled);
    }
    return claimed.length === places;
  }

  /** @param claimedAt by the clock that only goes forward: the other one may be hours off, and receivers refuse what is signed for another time */
  async #deliver(lease: LeasedDelivery, claimedAt: number): Promise<void> {
    const { attempts, leases, logger, onEnded, random = Math.random } = this.options;
    const { signal, end } = this.#inFlight.begin(lease);
    try {
      const attemptedAt = lease.leasedAt + this.#monotonic() - claimedAt;
      const sent = await attempts.make(lease, attemptedAt, signal);
      if (sent.aborted) return await leases.release([lease], 0);
      const ended = outcomeOf(lease, sent, attemptedAt, random());
      if (await this.#record(ended)) onEnded(ended);
      else logger.info({ delivery: lease.deliveryId }, 'an attempt ended after its lease');
    } catch (error) {
      // The lease ends by itself, and the delivery is due again: at worst the receiver gets it twice.
      logger.warn({ err: error, delivery: lease.deliveryId, webhook: lease.webhookId }, 'a delivery was not attempted');
      await leases.release([lease], AGAIN_AFTER_MS).catch(() => undefined);
    } finally {
      end();
    }
  }

  /** Tries for as long as the lease may last: a request that was made is not to be lost. */
  async #record(ended: EndedAttempt): Promise<boolean> {
    const backoff = new Backoff({ firstMs: 200, longestMs: 2_000 });
    const until = this.#monotonic() + RECORD_WITHIN_MS;
    for (;;) {
      try {
        return await this.#finished.ask(ended);
      } catch (error) {
        const backoffMs = backoff.failed();
        const latest = Math.min(until, this.#recordUntil);
        if (!isOutage(error) || this.#monotonic() + backoffMs > latest) throw error;
        this.options.logger.warn(
          { err: error, delivery: ended.deliveryId, backoffMs },
          'an attempt is not written down yet',
        );
        await pause(backoffMs);
      }
    }
  }

  async #finish(ended: readonly EndedAttempt[]): Promise<readonly boolean[]> {
    const heard = await this.options.leases.finish(ended, FAILING_SECONDS);
    return ended.map(({ deliveryId }) => heard.has(deliveryId));
  }
}
