import type { EventMetadata, JsonObject } from '#libs/domain';
import type { Position } from './position.js';

export interface EventToStore {
  /** A uuid that the command determines, so that a retry is recognised. */
  readonly id: string;
  /** A stable name such as `api_key.rotated`. */
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

export interface StoredEvent extends EventToStore {
  readonly stream: string;
  /** From 0, dense within its stream. */
  readonly revision: number;
  readonly position: Position;
  /** When the store took it, Unix milliseconds. */
  readonly recordedAt: number;
}

/** The expected revision of a stream that must not exist yet. */
export const NO_STREAM = -1;

/**
 * `stored`: these events are in the stream right after the expected revision, by this call or an earlier one with the
 * same ids (a store need not know which; what was stored first wins). `revision` and `position` are the last event's.
 * `wrong_expected_revision`: nothing was stored; `actual` is the stream's last revision, `NO_STREAM` where it has none.
 */
export type AppendResult =
  | { readonly outcome: 'stored'; readonly revision: number; readonly position: Position }
  | { readonly outcome: 'wrong_expected_revision'; readonly actual: number };

export interface StreamRead {
  /** Default `forwards`. */
  readonly direction?: 'forwards' | 'backwards';
  /** The first revision to return; default the stream's start, or its end when reading backwards. */
  readonly from?: number;
  /** 1 to 5,000, default 1,000. */
  readonly limit?: number;
}

export interface LogRead {
  /** Exclusive. */
  readonly after: Position;
  /** Only events of streams whose name begins with one of these; default all. */
  readonly prefixes?: readonly string[];
  /** How many places of the log one page covers at most, 1 to 10,000, default 2,000. */
  readonly limit?: number;
}

export interface LogPage {
  /** In log order, without a gap; those that the filter leaves out are not among them. */
  readonly events: readonly StoredEvent[];
  /** Everything up to here has been looked at; the `after` of the next page. */
  readonly position: Position;
  /** Whether the log ended here when the page was read. */
  readonly caughtUp: boolean;
  /**
   * When the store was last known to have nothing beyond this page but what `caughtUp` says: `performance.now()`
   * milliseconds, taken before the store was asked. `-Infinity` while a subscription cannot know it yet.
   */
  readonly askedAt: number;
}

export interface LogSubscription extends LogRead {
  /** Ends the subscription: the iteration then finishes without an error. */
  readonly signal: AbortSignal;
}

/**
 * The port that every event store adapter implements, with one contract suite for all (`describeEventStore`).
 *
 * Every call has a deadline and throws `EventStoreUnavailable` past it; the outcome of an append is then unknown, and
 * repeating it with the same ids at the same expected revision is safe.
 */
export interface EventStore {
  /**
   * Stores all events at the end of one stream or none. `expected` is the exact revision of the last event that the
   * caller knows, or `NO_STREAM`.
   * @throws EventTooLarge when data and metadata of all events exceed 1,000,000 bytes as JSON
   * @throws InvalidAppend when no store could take it (see `assertAppendable`)
   * @throws EventStoreUnavailable
   */
  append(stream: string, expected: number, events: readonly EventToStore[]): Promise<AppendResult>;

  /**
   * A page of one stream; an unknown stream is empty. A page of fewer events than `limit` reaches the stream's end, however
   * large the events are.
   * @throws EventStoreUnavailable
   */
  readStream(stream: string, read?: StreamRead): Promise<readonly StoredEvent[]>;

  /** A page of the log. @throws EventStoreUnavailable @throws LogIntegrityError when the log has a gap */
  readAll(read: LogRead): Promise<LogPage>;

  /**
   * Pages of the log from `after` on, for ever: first those that are there, then each as it is committed, and an empty
   * page with `caughtUp` at least once a second while nothing happens, which is the subscriber's sign of life.
   * The next page is read when the consumer asks for it, so a slow consumer holds no more than one page. It outlives
   * outages of the store (backoff, one log line each) and ends only with what waiting does not mend:
   * @throws LogIntegrityError
   * @throws Error of the adapter's client for what the store refuses, such as rights that were taken away
   * @throws EventStoreUnavailable from its first page on, where the process has not reached the store even once
   */
  subscribe(subscription: LogSubscription): AsyncIterable<LogPage>;

  /** The position of the newest event, `BEGINNING` of an empty log. @throws EventStoreUnavailable */
  head(): Promise<Position>;

  /** Finishes what is in flight and lets go of every connection; later calls throw `EventStoreUnavailable`. */
  close(): Promise<void>;
}
