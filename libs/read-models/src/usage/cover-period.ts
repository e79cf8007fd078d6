import { BUCKET_WIDTHS, QUARTER, type BucketWidth } from './usage-buckets.js';

/** Buckets of one width, those that start in [from, to), Unix seconds. */
export interface BucketRange {
  readonly width: BucketWidth;
  readonly from: number;
  readonly to: number;
}

/** Single attempts and jobs of [from, to), Unix milliseconds, to be added to what buckets say or taken off it. */
export interface InstantRange {
  readonly from: number;
  readonly to: number;
  readonly sign: 1 | -1;
}

/** What makes up a period to the millisecond. */
export interface Cover {
  readonly buckets: readonly BucketRange[];
  readonly instants: readonly InstantRange[];
}

const QUARTER_MS = QUARTER * 1_000;

/**
 * Covers a period by the widest buckets of which none lies across one of `cuts` (Unix seconds, ascending whole quarters).
 * A quarter that the period itself cuts is either left out and its inner part added, or taken whole and its outer part
 * taken off again, whichever is shorter: of the present quarter that is the part that has not come.
 * @param from Unix milliseconds, as `to` and `now`
 */
export function coverPeriod(from: number, to: number, cuts: readonly number[], now: number): Cover {
  const [first, last] = [wholeQuarters(from), wholeQuarters(to)];
  if (first === last) return { buckets: [], instants: from < to ? [{ from, to, sign: 1 }] : [] };
  const instants: InstantRange[] = [];
  let [begin, end] = [first, last];
  if (from - first > QUARTER_MS / 2) {
    begin += QUARTER_MS;
    instants.push({ from, to: begin, sign: 1 });
  } else if (from > first) instants.push({ from: first, to: from, sign: -1 });
  if (to - last > QUARTER_MS / 2 || (to > last && now < last + QUARTER_MS)) {
    end += QUARTER_MS;
    instants.push({ from: to, to: end, sign: -1 });
  } else if (to > last) instants.push({ from: last, to, sign: 1 });
  return { buckets: bucketRanges(begin / 1_000, end / 1_000, cuts), instants };
}

function wholeQuarters(milliseconds: number): number {
  return Math.floor(milliseconds / QUARTER_MS) * QUARTER_MS;
}

function bucketRanges(from: number, to: number, cuts: readonly number[]): readonly BucketRange[] {
  const ranges: BucketRange[] = [];
  const inner = cuts.filter((cut) => cut > from && cut < to);
  let begin = from;
  for (const end of [...inner, to]) {
    for (const range of split(begin, end, BUCKET_WIDTHS)) {
      const last = ranges.at(-1);
      if (last?.width === range.width && last.to === range.from) ranges.splice(-1, 1, { ...last, to: range.to });
      else ranges.push(range);
    }
    begin = end;
  }
  return ranges;
}

function split(from: number, to: number, [width, ...narrower]: readonly BucketWidth[]): readonly BucketRange[] {
  if (width === undefined || from >= to) return [];
  const [first, last] = [Math.ceil(from / width) * width, Math.floor(to / width) * width];
  if (first >= last) return split(from, to, narrower);
  return [...split(from, first, narrower), { width, from: first, to: last }, ...split(last, to, narrower)];
}
