import type { EventStore, LogPage, Position } from '#libs/event-store';
import { gathered } from './gathered.js';
import { PRODUCT_PREFIXES } from './product-prefixes.js';
import { folds, type Projection } from './projection.js';
import { putOff } from './put-off.js';
import { readAhead } from './read-ahead.js';

export interface LogPagesOptions {
  readonly eventStore: EventStore;
  /** Places of the log in one page, default 5,000; while one page is worked on, the next is read. */
  readonly pageSize?: number | undefined;
  /**
   * Where events come as they happen: they are taken a few at a time (see `gathered`), those that the projection has no
   * part in a tenth of a second at a time (see `putOff`).
   */
  readonly paced?: Pick<Projection, 'streams'>;
}

const PAGE_SIZE = 5_000;

/** The log behind a checkpoint as projections take it. */
export function logPages({
  eventStore,
  pageSize = PAGE_SIZE,
  paced,
}: LogPagesOptions): (after: Position, signal: AbortSignal) => AsyncIterable<LogPage> {
  return (after, signal) => {
    const read = eventStore.subscribe({ after, prefixes: PRODUCT_PREFIXES, limit: pageSize, signal });
    return readAhead(paced === undefined ? read : putOff(gathered(read), ({ stream }) => folds(paced, stream)));
  };
}
