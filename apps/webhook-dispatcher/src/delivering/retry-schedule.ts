const MINUTE = 60;
const HOUR = 3_600;

/** Seconds from one attempt to the next; after the last one the delivery has failed. */
const DELAYS = [5, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const JITTER = 0.2;
const MOST_RETRY_AFTER = 24 * HOUR;

/**
 * Milliseconds until the next attempt, null where there is none.
 * @param attempts made, this one included
 * @param retryAfterSeconds what the receiver asked for; counts where it is longer, up to a day
 * @param random from 0 to 1
 */
export function delayOfRetry(attempts: number, retryAfterSeconds: number | null, random: number): number | null {
  const seconds = DELAYS[attempts - 1];
  if (seconds === undefined) return null;
  const jittered = seconds * (1 - JITTER + 2 * JITTER * random);
  return Math.round(1_000 * Math.max(jittered, Math.min(retryAfterSeconds ?? 0, MOST_RETRY_AFTER)));
}
