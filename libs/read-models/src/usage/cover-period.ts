import { BUCKET_WIDTHS, QUARTER, type BucketWidth } from './usage-buckets.js';

/** What lies in [from, to), all of it in the hour, day or month of the answer that starts at `bucketAt`, Unix seconds. */
export interface Range {
  readonly bucketAt: number;
  readonly from: number;
  readonly to: number;
}

/** Buckets of one width, by their starts in Unix seconds. */
export interface BucketRange extends Range {
  readonly width: BucketWidth;
  /** How much of it is of `bucketAt`: the rest is of those that follow, each as long and as much of it as this one. */
  readonly step: number;
}

/** Single attempts and jobs, by Unix milliseconds, to be added to what buckets say or taken off it. */
export interface InstantRange extends Range {
  readonly sign: 1 | -1;
}

/** What makes up a period to the millisecond. */
export interface Cover {
  readonly buckets: readonly BucketRange[];
  readonly instants: readonly InstantRange[];
}

const QUARTER_MS = QUARTER * 1_000;
/** A longer range would have to be summed up to its end before the first row of it is known, and counted. */
const MOST_STEPS = 24;

/**
 * Covers a period by the widest buckets that fit between `starts`, those of the answer (see `bucketStarts`). A quarter
 * that the period itself cuts is either left out and its inner part added, or taken whole and its outer part taken off
 * again, whichever is shorter: of the present quarter that is the part that has not come.
 * @param from Unix milliseconds, as `to` and `now`
 * @param widths of the buckets that there are, the widest first
 */
export function coverPeriod(
  from: number,
  to: number,
  starts: readonly number[],
  now: number,
  widths: readonly BucketWidth[] = BUCKET_WIDTHS,
): Cover {
  const [first, last] = [wholeQuarters(from), wholeQuarters(to)];
  const instants: InstantRange[] = [];
  const count = (begin: number, end: number, sign: 1 | -1): void => {
    const bucketAt = starts.findLast((start) => start * 1_000 <= begin) ?? 0;
    if (begin < end) instants.push({ bucketAt, from: begin, to: end, sign });
  };
  if (first === last) {
    count(from, to, 1);
    return { buckets: [], instants };
  }
  const takesFirst = from - first <= QUARTER_MS / 2;
  const takesLast = to > last && (to - last > QUARTER_MS / 2 || now < last + QUARTER_MS);
  const [begin, end] = [takesFirst ? first : first + QUARTER_MS, takesLast ? last + QUARTER_MS : last];
  if (takesFirst) count(first, from, -1);
  else count(from, begin, 1);
  if (takesLast) count(to, end, -1);
  else count(last, to, 1);
  return { buckets: bucketRanges(begin / 1_000, end / 1_000, starts, widths), instants };
}

function wholeQuarters(milliseconds: number): number {
  return Math.floor(milliseconds / QUARTER_MS) * QUARTER_MS;
}

function bucketRanges(
  from: number,
  to: number,
  starts: readonly number[],
  widths: readonly BucketWidth[],
): readonly BucketRange[] {
  const ranges: BucketRange[] = [];
  for (const [n, bucketAt] of starts.entries()) {
    const [begin, end] = [Math.max(bucketAt, from), Math.min(starts[n + 1] ?? to, to)];
    for (const part of split(begin, end, widths)) {
      const range = { bucketAt, ...part, step: part.to - part.from };
      const last = ranges.at(-1);
      if (last !== undefined && goesOn(last, range)) ranges[ranges.length - 1] = { ...last, to: range.to };
      else ranges.push(range);
    }
  }
  return ranges;
}

/** Whole hours, days or months on end need one range, as long as they are equal. */
function goesOn(last: BucketRange, next: BucketRange): boolean {
  const later = next.from - last.from;
  return (
    last.to === next.from &&
    last.width === next.width &&
    last.step === next.step &&
    last.bucketAt + later === next.bucketAt &&
    later < MOST_STEPS * last.step
  );
}

function split(
  from: number,
  to: number,
  [width, ...narrower]: readonly BucketWidth[],
): readonly Pick<BucketRange, 'width' | 'from' | 'to'>[] {
  if (width === undefined || from >= to) return [];
  const [first, last] = [Math.ceil(from / width) * width, Math.floor(to / width) * width];
  if (first >= last) return split(from, to, narrower);
  return [...split(from, first, narrower), { width, from: first, to: last }, ...split(last, to, narrower)];
}
