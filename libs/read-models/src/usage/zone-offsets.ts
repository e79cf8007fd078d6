import { QUARTER } from './usage-buckets.js';

/** A span of time in which a zone's clocks are that far ahead of UTC. All in seconds, [from, to). */
export interface OffsetSpan {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

/** Clocks that are changed are not changed back within a day. */
const STEP = 86_400;
/** ICU also takes old abbreviations of its own, which mean other zones to others (IST, BST), and bare offsets. */
const NOT_IANA = /^(?!utc|gmt|uct|est|mst|hst|eet|met|cet|wet|prc|roc|rok)[a-z]{3}$|^systemv\/|^[+-]/i;

/** Whether it is the name of a time zone of the IANA database, in any case. */
export function isTimeZone(name: string): boolean {
  if (NOT_IANA.test(name)) return false;
  try {
    offsetClock(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * What a zone's clocks showed from `from` to `to`, both whole quarters, in order and without a gap. Offsets change at
 * whole quarters and by whole quarters everywhere since 1972, before which nothing is recorded; older ones are cut off.
 * @throws RangeError for an unknown zone
 */
export function offsetSpans(timeZone: string, from: number, to: number): readonly OffsetSpan[] {
  const offsetAt = offsetClock(timeZone);
  const spans: OffsetSpan[] = [];
  let span = { from, offset: offsetAt(from) };
  for (let before = from, at = Math.min(from + STEP, to); before < to; before = at, at = Math.min(at + STEP, to)) {
    const offset = offsetAt(at);
    if (offset === span.offset) continue;
    const change = firstQuarter(before, at, (quarter) => offsetAt(quarter) !== span.offset);
    spans.push({ ...span, to: change });
    span = { from: change, offset };
  }
  return [...spans, { ...span, to }].filter((each) => each.from < each.to);
}

/** The first quarter in (low, high] of which it is true, as it is of `high` and of all behind the first. */
function firstQuarter(low: number, high: number, isTrue: (quarter: number) => boolean): number {
  let [before, found] = [low / QUARTER, high / QUARTER];
  while (found - before > 1) {
    const middle = Math.floor((before + found) / 2);
    if (isTrue(middle * QUARTER)) found = middle;
    else before = middle;
  }
  return found * QUARTER;
}

/** Says by how much clocks are ahead of UTC, from Unix seconds to seconds. */
function offsetClock(timeZone: string): (seconds: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (seconds) => {
    // As in 11/15/2023, GMT-03:30
    const [, sign, hours, minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(seconds * 1_000)) ?? [];
    const offset = (Number(hours) * 60 + Number(minutes)) * 60;
    return Math.floor((sign === '-' ? -offset : offset) / QUARTER) * QUARTER;
  };
}
