import { API_KEY_STREAM_PREFIX, parseApiKeyEvent } from '#libs/domain';
import { EventStoreUnavailable, type EventStore, type StoredEvent } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { BoundedLru } from '#libs/bounded-lru';
import { DirectoryUnavailable } from './directory-unavailable.js';
import { foldEntry } from './fold-entry.js';
import type { LineageEntry } from './lineage-entry.js';
import { LineageReads } from './lineage-reads.js';
import { LogFollower } from './log-follower.js';
import { readLineage } from './read-lineage.js';
import { SharedStrings } from './shared-strings.js';
import { UnknownLineages } from './unknown-lineages.js';

export interface KeyDirectoryOptions {
  readonly store: EventStore;
  readonly logger: Logger;
  /** `performance.now`, or a test's; the clock that `LogPage.askedAt` is of. */
  readonly monotonic: () => number;
  /** Past this long without a sign of life from the log every question is refused. Default 5,000 ms. */
  readonly staleAfterMs?: number;
  /** Most keys to hold. */
  readonly capacity: number;
  /** Reads of lineages that are not held: at once (default 16) and waiting (default 1,000). */
  readonly concurrency?: number;
  readonly queue?: number;
}

export interface KeyDirectoryMetrics {
  readonly keys: number;
  readonly lineages: number;
  readonly hits: number;
  readonly misses: number;
  /** Infinity while it cannot answer at all. */
  readonly stalenessMs: number;
  readonly state: 'starting' | 'following' | 'stopped';
}

const MOST_UNKNOWN = 50_000;
const UNKNOWN_FOR_MS = 60_000;

/**
 * Every key that was used lately, in memory, following the log. A revocation holds at once on
 * the node that accepted it (`apply`) and everywhere else as soon as the log delivers it; what is not held is folded from
 * the event store; and when in doubt it refuses to answer. Entries come from reads alone, never from events that pass:
 * a late `apply` of an event whose successors have passed already would bring a revoked key back.
 */
export class KeyDirectory {
  readonly #shared = new SharedStrings();
  readonly #entries: BoundedLru<string, LineageEntry>;
  readonly #unknown: UnknownLineages;
  readonly #reads: LineageReads;
  readonly #follower: LogFollower;
  #hits = 0;
  #misses = 0;

  constructor(private readonly options: KeyDirectoryOptions) {
    const { store, logger, monotonic, staleAfterMs = 5_000, capacity, concurrency = 16, queue = 1_000 } = options;
    this.#entries = new BoundedLru(capacity);
    this.#unknown = new UnknownLineages({ capacity: MOST_UNKNOWN, rememberForMs: UNKNOWN_FOR_MS, monotonic });
    this.#reads = new LineageReads({
      read: (lineage) => this.#read(lineage),
      install: (lineage, entry) => this.#install(lineage, entry),
      concurrency,
      queue,
    });
    this.#follower = new LogFollower({
      store,
      prefixes: [API_KEY_STREAM_PREFIX],
      staleAfterMs,
      monotonic,
      logger,
      onEvent: (event) => this.#pass(event),
    });
  }

  /** Begins to follow the log in the background; until the first whole view every question is refused. */
  start(): void {
    this.#follower.start();
  }

  /** For good: every question is refused from here on. */
  async stop(): Promise<void> {
    await this.#follower.stop();
    this.#clear();
  }

  /**
   * The lineage if it is held, null if it is known not to exist, undefined if it must be asked for with `resolve`.
   * @throws DirectoryUnavailable
   */
  lookup(lineage: string): LineageEntry | null | undefined {
    this.#follower.assertFresh();
    const entry = this.#entries.get(lineage);
    if (entry !== undefined) {
      this.#hits += 1;
      return entry;
    }
    if (this.#unknown.has(lineage)) return null;
    this.#misses += 1;
    return undefined;
  }

  /** The lineage, read from the event store if need be; null: it does not exist. @throws DirectoryUnavailable, EventStoreUnavailable */
  async resolve(lineage: string): Promise<LineageEntry | null> {
    this.#follower.assertFresh();
    const known = this.#entries.get(lineage);
    if (known !== undefined) return known;
    if (this.#unknown.has(lineage)) return null;
    const entry = await this.#reads.resolve(copied(lineage));
    this.#follower.assertFresh();
    // What passed by since it was installed is in the entry that is held, not in the one that was read.
    return this.#entries.get(lineage) ?? entry;
  }

  /**
   * Takes the events of a command of this node before the command is answered. In any order and as often as one likes:
   * what is known already is passed over, and an entry that misses an event is dropped. Never throws: the events are in
   * the log, so what cannot be read stops the directory instead.
   */
  apply(events: readonly StoredEvent[]): void {
    try {
      for (const event of events) this.#pass(event);
    } catch (error) {
      this.#follower.fail(error);
      this.#clear();
    }
  }

  metrics(): KeyDirectoryMetrics {
    const { weight, size } = this.#entries;
    const { stalenessMs, state } = this.#follower;
    return { keys: weight, lineages: size, hits: this.#hits, misses: this.#misses, stalenessMs, state };
  }

  #pass(event: StoredEvent): void {
    if (!event.stream.startsWith(API_KEY_STREAM_PREFIX)) return;
    const lineage = event.stream.slice(API_KEY_STREAM_PREFIX.length);
    // Read even where nobody holds the lineage: an event that this version does not know must not go by unseen.
    const recorded = parseApiKeyEvent(event);
    this.#unknown.delete(lineage);
    this.#reads.eventPassed(lineage);
    const entry = this.#entries.peek(lineage);
    if (entry === undefined || event.revision <= entry.revision) return;
    if (event.revision > entry.revision + 1) return this.#entries.delete(lineage);
    const next = foldEntry(entry, recorded, lineage, this.#shared);
    this.#entries.update(lineage, next, next.keys.length);
  }

  #install(lineage: string, entry: LineageEntry | null): void {
    if (entry === null) this.#unknown.add(lineage);
    else this.#entries.set(lineage, entry, entry.keys.length);
  }

  /** A stream that cannot be folded is refused by itself; the subscription is what stops everything. */
  async #read(lineage: string): Promise<LineageEntry | null> {
    const { store, logger } = this.options;
    try {
      return await readLineage(store, lineage, this.#shared);
    } catch (error) {
      if (error instanceof EventStoreUnavailable) throw error;
      const described =
        error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) };
      logger.error({ ...described, stream: `${API_KEY_STREAM_PREFIX}${lineage}` }, 'key lineage cannot be read');
      throw new DirectoryUnavailable('unreadable');
    }
  }

  #clear(): void {
    this.#entries.clear();
    this.#unknown.clear();
  }
}

/** A string of its own: a slice would keep the whole secret that it was cut from in memory. */
function copied(lineage: string): string {
  return Buffer.from(lineage, 'latin1').toString('latin1');
}
