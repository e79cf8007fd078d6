import type { Position } from '#libs/event-store';
import { queryParameter } from '../http/query-parameters.js';
import { RequestRefused } from '../http/request-refused.js';
import type { ReadModelName } from '../http/route-contract.js';

/** The parameter that asks how something stood at an instant instead of how it stands. */
export const asOfQuery = {
  as_of: queryParameter.time('As it stood then: by every event up to that instant, which may not be in the future'),
};

const ANSWERED_BY = 'api-key-history';

/** Who answers: the listing knows the present alone. */
export function readModelAsOf(query: unknown): readonly ReadModelName[] {
  return typeof query === 'object' && query !== null && 'as_of' in query ? [ANSWERED_BY] : ['api-keys'];
}

export interface PastOptions {
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** The end of the log. */
  readonly head: () => Promise<Position>;
  readonly waitFor: (readModel: ReadModelName, position: Position, timeoutMs: number) => Promise<boolean>;
  readonly waitMs: number;
}

/** What is older is in every read model that is not behind by more than its alert allows. */
const RECENT_MS = 60_000;

/** What has to be so before somebody is told how things stood at an instant. */
export class Past {
  constructor(private readonly options: PastOptions) {}

  /**
   * Passes once every event up to that instant that the log holds can be read, so that the same question gets the same
   * answer later; null: the present, which waits for nothing.
   * @throws RequestRefused 422 of the future, which nobody knows yet; 503 where the read model does not get there in time
   * @throws EventStoreUnavailable
   */
  async settled(asOfMs: number | null): Promise<void> {
    if (asOfMs === null) return;
    const { clock, head, waitFor, waitMs } = this.options;
    const now = clock();
    if (asOfMs > now) throw RequestRefused.field('as_of', 'must not be in the future');
    if (now - asOfMs > RECENT_MS) return;
    if (!(await waitFor(ANSWERED_BY, await head(), waitMs))) throw new RequestRefused('read_model_behind');
  }
}
