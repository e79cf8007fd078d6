const RFC_3339 = /^\d{4}-(\d\d)-(\d\d)[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
/** The end of the year 9999, past which RFC 3339 has no form. */
const LAST_SECOND = 253_402_300_799;

/**
 * A moment as Unix milliseconds, from Unix seconds or RFC 3339; null for anything else, and for a moment before 1970.
 * What is finer than a millisecond is cut off: no event is recorded more exactly.
 */
export function parseTime(text: string): number | null {
  // Dates such as 30 February would otherwise roll over into the next month.
  const [, month, day] = RFC_3339.exec(text) ?? [];
  const milliseconds = /^\d{1,12}$/.test(text)
    ? Number(text) * 1_000
    : month === undefined
      ? NaN
      : Date.parse(text.toUpperCase().replace(' ', 'T'));
  const rolledOver = month !== undefined && Number(day) > daysOf(Number(text.slice(0, 4)), Number(month));
  return milliseconds >= 0 && milliseconds <= LAST_SECOND * 1_000 && !rolledOver ? milliseconds : null;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
