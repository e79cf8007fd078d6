import type { Sent } from '#libs/outbound';
import type { EndedAttempt, LeasedDelivery } from '#libs/webhook-deliveries';
import { delayOfRetry } from './retry-schedule.js';

/** The receiver wants nothing of this kind any more. */
const GONE = 410;

/** What an attempt came to, and what follows. @param attemptedAt Unix milliseconds @param random from 0 to 1 */
export function outcomeOf(lease: LeasedDelivery, sent: Sent, attemptedAt: number, random: number): EndedAttempt {
  const { durationMs, responseStatus, errorClass, responseBody, retryAfterSeconds } = sent;
  const success = errorClass === null;
  const delay = success || responseStatus === GONE ? null : delayOfRetry(lease.attempts + 1, retryAfterSeconds, random);
  return {
    deliveryId: lease.deliveryId,
    leaseToken: lease.leaseToken,
    attempt: {
      attempted_at: Math.floor(attemptedAt / 1_000),
      duration_ms: Math.round(durationMs),
      response_status: responseStatus,
      error_class: errorClass,
      response_body: responseBody,
    },
    success,
    status: success ? 'delivered' : delay === null ? 'failed' : null,
    againAfterMs: delay,
    attemptedAt,
  };
}
