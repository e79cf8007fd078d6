import type { Exchange } from './exchange.js';
import { retryAfterSeconds } from './retry-after.js';
import type { SendErrorClass, Sent } from './sent.js';
import { storableText } from './storable-text.js';

/**
 * What an answer means, whole or broken off by the deadline (`timeout`), the caller (`aborted`) or the other side (null).
 * A status that is no success is what counts, also where the body behind it never ended.
 */
export function outcomeOf(exchange: Exchange, durationMs: number, cause: 'timeout' | 'aborted' | null): Sent {
  const { status, headers, body, isCut, error } = exchange;
  const broken: SendErrorClass | null = error === null ? null : cause === 'timeout' ? 'timeout' : 'reset';
  return {
    durationMs: Math.round(durationMs),
    responseStatus: status,
    errorClass: status === null ? (broken ?? 'reset') : (classOfStatus(status) ?? broken),
    responseBody: status === null ? null : storableText(body, isCut),
    retryAfterSeconds: retryAfterSeconds(headers['retry-after'], Date.now()),
    aborted: error !== null && cause === 'aborted',
  };
}

/** Of a send that got no answer at all. */
export function failure(errorClass: SendErrorClass, durationMs: number, aborted = false): Sent {
  const nothing = { responseStatus: null, responseBody: null, retryAfterSeconds: null };
  return { durationMs: Math.round(durationMs), errorClass, aborted, ...nothing };
}

function classOfStatus(status: number): 'redirect' | 'status' | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirect' : 'status';
}
