import { Backoff, pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { liveEventFrame } from './live-event-frame.js';
import type { LiveEventPositions } from './live-event-positions.js';
import type { LiveStream } from './live-stream.js';
import { withoutGap, type OrganizationLog } from './organization-log.js';
import type { OwedFrames } from './owed-frames.js';

export interface OrganizationFeedOptions {
  readonly log: OrganizationLog;
  readonly positions: LiveEventPositions;
  readonly owed: OwedFrames;
  readonly logger: Logger;
  /** Told of what waiting does not mend; it has stopped then. */
  readonly onFault: (error: unknown) => void;
}

/** Follows one organization's log for all of its readers that have caught up, and reads each event once for all. */
export class OrganizationFeed {
  readonly #streams = new Set<LiveStream>();
  readonly #stopping = new AbortController();
  #following = false;
  /** Whether there may be something that was not read. */
  #stale = false;

  constructor(
    private readonly options: OrganizationFeedOptions,
    /** Number of the last event that it has read. */
    private after: number,
  ) {}

  get position(): number {
    return this.after;
  }

  /** From here on the stream gets what the feed reads. It must have got everything before: no event lies between. */
  join(stream: LiveStream): void {
    if (stream.position < this.after) throw new Error('a stream has joined that is behind');
    if (this.#stopping.signal.aborted) throw new Error('the feed has stopped');
    this.#streams.add(stream);
    stream.onWanted = () => this.options.owed.handTo(stream, this.#streams);
  }

  leave(stream: LiveStream): void {
    if (this.#streams.delete(stream)) this.options.owed.forgetTaken(this.#streams);
  }

  /** Something may have been added. */
  wake(): void {
    this.#stale = true;
    if (!this.#following) void this.#follow();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Ends every stream that has joined, because of what the feed cannot read. */
  endAll(): void {
    for (const stream of [...this.#streams]) stream.end('fault');
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    this.#following = true;
    const backoff = new Backoff({ firstMs: 100, longestMs: 2_000 });
    while (this.#stale && !signal.aborted) {
      this.#stale = false;
      try {
        await this.#readOn();
        backoff.succeeded();
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) {
          this.stop();
          this.options.onFault(error);
          break;
        }
        this.#stale = true;
        const backoffMs = backoff.failed();
        this.options.logger.warn({ err: error, backoffMs }, 'live events wait for the database');
        await pause(backoffMs, signal);
      }
    }
    this.#following = false;
  }

  /** To the end of the log. */
  async #readOn(): Promise<void> {
    const { log, positions, owed } = this.options;
    for (let caughtUp = false; !caughtUp && !this.#stopping.signal.aborted;) {
      const page = withoutGap(this.after, await log.read(this.after));
      const frames = page.events.map((event) => liveEventFrame(log.orgId, event, positions));
      owed.publish(
        frames.filter((frame) => frame !== null),
        this.#streams,
      );
      this.after = page.events.at(-1)?.seq ?? this.after;
      caughtUp = page.caughtUp;
    }
  }
}
