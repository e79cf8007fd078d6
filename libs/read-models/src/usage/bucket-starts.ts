import { offsetSpans } from './zone-offsets.js';

export const GRANULARITIES = ['hour', 'day', 'month'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

const HOUR = 3_600;
const DAY = 86_400;

/** By the zone's own clocks, which are read as if they showed seconds since 1970: which bucket it is, and where the next begins. */
const CALENDARS: Readonly<
  Record<Granularity, { nth: (local: number) => number; startOf: (nth: number) => number; longest: number }>
> = {
  hour: { nth: (local) => Math.floor(local / HOUR), startOf: (nth) => nth * HOUR, longest: 2 * HOUR },
  day: { nth: (local) => Math.floor(local / DAY), startOf: (nth) => nth * DAY, longest: 2 * DAY },
  month: {
    nth: (local) => {
      const date = new Date(local * 1_000);
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    },
    startOf: (nth) => Date.UTC(Math.floor(nth / 12), nth % 12, 1) / 1_000,
    longest: 33 * DAY,
  },
};

/**
 * Where the hours, days or months of a time zone begin that hold [from, to): ascending, the first not after `from`. All
 * are Unix seconds and whole quarters of an hour.
 *
 * A day or a month begins when clocks first show it, whatever they show first: midnight may be left out or come twice. An
 * hour also begins where clocks are changed, so that the two that are both called 2 o'clock are two, and that one is
 * shorter of which half an hour is left out.
 * @throws RangeError for an unknown zone
 */
export function bucketStarts(timeZone: string, granularity: Granularity, from: number, to: number): readonly number[] {
  const { nth, startOf, longest } = CALENDARS[granularity];
  const starts: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, span] of offsetSpans(timeZone, from - longest, to).entries()) {
    let next = nth(span.from + span.offset);
    if (index > 0 && (granularity === 'hour' || next > last)) starts.push(span.from);
    last = granularity === 'hour' ? next : Math.max(last, next);
    for (;;) {
      next++;
      const start = startOf(next) - span.offset;
      if (start >= span.to) break;
      if (next > last) starts.push(start);
      last = Math.max(last, next);
    }
  }
  return starts.slice(
    Math.max(
      0,
      starts.findLastIndex((start) => start <= from),
    ),
  );
}
