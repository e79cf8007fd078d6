import type { IncomingMessage } from 'node:http';
import { randomBytes } from 'node:crypto';

const BYTES = 12;

/** Random bytes are drawn for many ids at once: for each one alone they would cost the hot path. */
let pool = randomBytes(BYTES * 256);
let used = 0;

/** The caller's `X-Request-Id` where it is 1 to 128 visible ASCII characters, else a new one. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  if (typeof given === 'string' && /^[!-~]{1,128}$/.test(given)) return given;
  return `req_${randomText()}`;
}

/** No counter: whoever saw two of them could tell how many requests others made in between. */
function randomText(): string {
  if (used === pool.length) {
    pool = randomBytes(pool.length);
    used = 0;
  }
  return pool.toString('base64url', used, (used += BYTES));
}
