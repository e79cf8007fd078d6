const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
/** The years 0000 to 9999, beyond which RFC 3339 has no form. */
const FIRST_MILLISECOND = -62_167_219_200_000;
const END = 253_402_300_800_000;

/**
 * A moment as Unix milliseconds, from RFC 3339 or from Unix seconds, those from 1970 on; null for anything else. What is
 * finer than a millisecond is cut off: no event is recorded more exactly. A leap second (RFC 3339 section 5.7) is the
 * second behind it, as in Unix time, which has no number for it; it is taken at the end of any UTC month, since which
 * ones had one is known for the past alone.
 */
export function parseTime(text: string): number | null {
  const milliseconds = /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : fromRfc3339(text);
  return milliseconds >= FIRST_MILLISECOND && milliseconds < END ? milliseconds : null;
}

/** NaN where it is none. `Date.parse` alone would take hour 24, and 30 February for a day of March. */
function fromRfc3339(text: string): number {
  const match = RFC_3339.exec(text);
  if (match === null) return NaN;
  const [, year = '', month = '', day = '', minute = '', second = '', fraction = '', offset = ''] = match;
  if (Number(day) > daysOf(Number(year), Number(month))) return NaN;
  const at = (seconds: string): number =>
    Date.parse(`${year}-${month}-${day}T${minute}:${seconds}${fraction}${offset.toUpperCase()}`);
  if (second !== '60') return at(second);
  const next = at('59') + 1_000;
  return isStartOfMonth(next) ? next : NaN;
}

/** Whether its second is the first of a UTC month. */
function isStartOfMonth(milliseconds: number): boolean {
  const date = new Date(milliseconds);
  return date.getUTCDate() === 1 && date.getUTCHours() + date.getUTCMinutes() + date.getUTCSeconds() === 0;
}

function daysOf(year: number, month: number): number {
  // Not by the constructor or `Date.UTC`, which take the years 0 to 99 for those of the last century.
  return new Date(new Date(0).setUTCFullYear(year, month, 0)).getUTCDate();
}
