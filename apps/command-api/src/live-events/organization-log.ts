import type { LogEvent } from '#libs/read-models';
import { LogGap } from './log-gap.js';

export interface LogPage {
  /** Without a gap. */
  readonly events: readonly LogEvent[];
  readonly caughtUp: boolean;
}

/** One organization's log, as far as it is projected. */
export interface OrganizationLog {
  readonly orgId: string;
  /** The next events behind a number. @throws DatabaseUnavailable @throws LogGap where the very first of them is missing */
  read(afterSeq: number): Promise<LogPage>;
  /** @throws DatabaseUnavailable */
  newest(): Promise<LogEvent | null>;
}

/** The page as far as it has no gap. @throws LogGap where that is nowhere */
export function withoutGap(afterSeq: number, { events, caughtUp }: LogPage): LogPage {
  const gap = events.findIndex(({ seq }, index) => seq !== afterSeq + 1 + index);
  if (gap === 0) throw new LogGap(afterSeq + 1);
  // Not caught up: the next page begins at the gap, and says so.
  return gap < 0 ? { events, caughtUp } : { events: events.slice(0, gap), caughtUp: false };
}
