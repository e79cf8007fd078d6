import type { LeasedDelivery } from '#libs/webhook-deliveries';

interface Flight {
  readonly lease: LeasedDelivery;
  readonly startedAt: number;
  readonly controller: AbortController;
}

export interface OfOrganization {
  readonly quick: number;
  readonly all: number;
}

/** What takes this long is no longer counted among what goes quickly, milliseconds. */
const QUICK_MS = 1_000;

/** Halts heard of during one claim; more, and nothing of that claim is begun. */
const MOST_HALTS = 10_000;

/** What is being sent right now. */
export class InFlight {
  readonly #flights = new Set<Flight>();
  readonly #haltedSinceClaim = new Set<string>();
  /** @param monotonic milliseconds of a clock that only goes forward */
  constructor(private readonly monotonic: () => number) {}

  get size(): number {
    return this.#flights.size;
  }

  /** By organization. What has not taken long so far is counted by itself: what hangs is not in the way of what does not. */
  ofOrganizations(): ReadonlyMap<string, OfOrganization> {
    const since = this.monotonic() - QUICK_MS;
    const counted = new Map<string, OfOrganization>();
    for (const { lease, startedAt } of this.#flights) {
      const { quick, all } = counted.get(lease.orgId) ?? { quick: 0, all: 0 };
      counted.set(lease.orgId, { quick: startedAt > since ? quick + 1 : quick, all: all + 1 });
    }
    return counted;
  }

  get endpoints(): ReadonlySet<string> {
    return new Set([...this.#flights].map(({ lease }) => lease.webhookId));
  }

  /** What is leased from here on may have been leased before a halt that is heard of before its rows are here. */
  beginClaim(): void {
    this.#haltedSinceClaim.clear();
  }

  /** @returns the signal that gives it up, at once where its endpoint was halted since it was leased, and what ends it */
  begin(lease: LeasedDelivery): { readonly signal: AbortSignal; readonly end: () => void } {
    const flight = { lease, startedAt: this.monotonic(), controller: new AbortController() };
    this.#flights.add(flight);
    const isHalted = this.#haltedSinceClaim.has(lease.webhookId) || this.#haltedSinceClaim.size >= MOST_HALTS;
    if (isHalted) flight.controller.abort();
    return { signal: flight.controller.signal, end: () => this.#flights.delete(flight) };
  }

  /** Gives up what is being sent to that endpoint, and what is being claimed for it. */
  halt(webhookId: string): void {
    if (this.#haltedSinceClaim.size < MOST_HALTS) this.#haltedSinceClaim.add(webhookId);
    for (const { lease, controller } of this.#flights) if (lease.webhookId === webhookId) controller.abort();
  }

  /** Gives up everything. */
  abort(): void {
    for (const { controller } of this.#flights) controller.abort();
  }
}
