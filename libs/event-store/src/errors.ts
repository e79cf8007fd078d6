/** The store is out of reach, too slow, or has more waiting than it takes; the call may be repeated. */
export class EventStoreUnavailable extends Error {
  readonly code = 'event_store_unavailable';
  override readonly name = 'EventStoreUnavailable';
}

/** One append is at most `limit` bytes of data and metadata as JSON. */
export class EventTooLarge extends Error {
  readonly code = 'event_too_large';
  override readonly name = 'EventTooLarge';
  constructor(
    readonly stream: string,
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(`an append of ${bytes} bytes to ${stream} exceeds ${limit} bytes`);
  }
}

/**
 * The log itself is damaged: a position is missing (or, with `stream`, a revision of that stream), or its end is gone.
 * Readers stop; nobody may continue past it.
 */
export class LogIntegrityError extends Error {
  readonly code = 'log_integrity_error';
  override readonly name = 'LogIntegrityError';
  constructor(
    readonly expected: bigint,
    readonly found: bigint,
    readonly stream: string | null = null,
  ) {
    super(
      stream === null
        ? `the log has a gap: position ${expected} is missing, ${found} came instead`
        : `the stream ${stream} has a gap: revision ${expected} is missing before ${found}`,
    );
  }
}

/** The request itself cannot be stored on every adapter, whatever is in the log: a bug of the caller. */
export class InvalidAppend extends Error {
  readonly code = 'invalid_append';
  override readonly name = 'InvalidAppend';
}
