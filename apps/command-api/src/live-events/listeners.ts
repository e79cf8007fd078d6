import type { Logger } from '#libs/observability';
import { RequestRefused } from '../http/request-refused.js';
import type { CatchUpOptions } from './catch-up.js';
import type { HeldBytes } from './held-bytes.js';
import { BEFORE_THE_FIRST, behind, type LiveEventPositions, type LogPlace } from './live-event-positions.js';
import { NextRun } from './next-run.js';
import { OrganizationFeed } from './organization-feed.js';
import type { OrganizationLog } from './organization-log.js';
import { OwedFrames, type OwedFramesBounds } from './owed-frames.js';

export interface ListenersOptions {
  readonly log: OrganizationLog;
  readonly positions: LiveEventPositions;
  readonly held: HeldBytes;
  readonly bounds: OwedFramesBounds;
  readonly logger: Logger;
  readonly untilNow: () => Promise<void>;
  readonly onFault: (error: unknown) => void;
}

/** What the readers of one organization share. It begins with the first of them and ends with the last. */
export class Listeners {
  /** Those that listen or are about to. */
  count = 0;
  #feed: Promise<OrganizationFeed> | null = null;
  #stopped = false;
  readonly #now = new NextRun(() => this.#untilNow());

  constructor(private readonly options: ListenersOptions) {}

  get orgId(): string {
    return this.options.log.orgId;
  }

  /** Follows the log from where it is when this is first asked. @throws DatabaseUnavailable */
  feed(): Promise<OrganizationFeed> {
    this.#feed ??= this.#begin().catch((error: unknown) => {
      this.#feed = null;
      throw error;
    });
    return this.#feed;
  }

  /** Right behind everything that was answered for before this was asked; many who ask share an answer. */
  now(): Promise<LogPlace> {
    return this.#now.ask();
  }

  /**
   * The place that a `Last-Event-ID` names.
   * @throws RequestRefused 422 for one that the organization was not given, of another log too; 503 where what follows it
   * cannot be read yet, because the audit log is behind or has parked it
   */
  async placeOf(lastEventId: string): Promise<LogPlace> {
    const { log, positions } = this.options;
    const place = positions.open(log.orgId, lastEventId);
    const unknown = RequestRefused.field('Last-Event-ID', 'must be the id of a live event of this organization');
    if (place === null) throw unknown;
    const isFirst = place.seq === 0;
    const { events } = await log.read(isFirst ? 0 : place.seq - 1);
    const [named, next] = isFirst ? [undefined, events[0]] : [events[0], events[1]];
    if (!isFirst && named?.seq !== place.seq) throw new RequestRefused('read_model_behind');
    if (!isFirst && named?.event.id !== place.eventId) throw unknown;
    if (next !== undefined && next.seq !== place.seq + 1) throw new RequestRefused('read_model_behind');
    return place;
  }

  async catchUpOptions(): Promise<CatchUpOptions> {
    const { log, positions } = this.options;
    return { feed: await this.feed(), log, positions };
  }

  /** Ends the streams that the feed has; those that are still behind it end when they would join. */
  endAll(): void {
    void this.#feed?.then(
      (feed) => feed.endAll(),
      () => undefined,
    );
  }

  /** There may be something to read. */
  wake(): void {
    void this.#feed?.then(
      (feed) => feed.wake(),
      () => undefined,
    );
  }

  stop(): void {
    this.#stopped = true;
    void this.#feed?.then(
      (feed) => feed.stop(),
      () => undefined,
    );
  }

  async #begin(): Promise<OrganizationFeed> {
    const { log, positions, held, bounds, logger, onFault } = this.options;
    const newest = await log.newest();
    const owed = new OwedFrames(bounds, held);
    const feed = new OrganizationFeed({ log, positions, owed, logger, onFault }, newest?.seq ?? 0);
    if (this.#stopped) feed.stop();
    return feed;
  }

  async #untilNow(): Promise<LogPlace> {
    await this.options.untilNow();
    const newest = await this.options.log.newest();
    return newest === null ? BEFORE_THE_FIRST : behind(newest);
  }
}
