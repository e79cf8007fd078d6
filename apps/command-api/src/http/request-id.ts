import type { IncomingMessage } from 'node:http';
import { randomBytes } from 'node:crypto';

/** Unique to this process, so that a counter behind it makes an id: random bytes for each would cost the hot path. */
const PROCESS = randomBytes(9).toString('base64url');
let minted = 0;

/** The caller's `X-Request-Id` where it is 1 to 128 visible ASCII characters, else a new one. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  if (typeof given === 'string' && /^[!-~]{1,128}$/.test(given)) return given;
  minted += 1;
  return `req_${PROCESS}${minted.toString(36)}`;
}
