const SECONDS = /^\d+$/;
/** IMF-fixdate and RFC 850, and asctime, which says no zone and means UTC (RFC 9110 section 5.6.7). */
const DATE = /^[A-Z][a-z]{2,8},? .*?( GMT|\d{2}:\d{2}:\d{2} \d{4})$/;
/** More than any schedule waits, and exact as a number. */
const MOST = 10 ** 9;

/** `Retry-After` in whole seconds from now, 0 for a past date; null where there is none that can be read. */
export function retryAfterSeconds(header: string | readonly string[] | undefined, nowMs: number): number | null {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? '';
  if (SECONDS.test(text)) return Math.min(Number(text), MOST);
  if (!DATE.test(text)) return null;
  const at = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(Math.ceil((at - nowMs) / 1_000), 0), MOST);
}
