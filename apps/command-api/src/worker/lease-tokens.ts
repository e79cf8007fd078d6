import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';

/** The attempt that a token speaks for. */
export interface LeasedAttempt {
  readonly orgId: string;
  readonly jobId: string;
  readonly attempt: number;
}

/** What a token says. */
export interface LeaseClaims extends LeasedAttempt {
  /** By which a result is judged. */
  readonly policyType: string;
}

const FORM = /^[A-Za-z0-9_-]{1,512}\.[A-Za-z0-9_-]{43}$/;

/**
 * Lease tokens: what they speak for, under a keyed hash. Each attempt has one, which every node can make anew and none
 * has to store, so that a repeated request is given the same again.
 */
export class LeaseTokens {
  /** Ready made: from bytes it would be made anew for each token. */
  readonly #key: KeyObject;

  /** @param key 32 bytes, the same on every node and over restarts */
  constructor(key: Buffer) {
    this.#key = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'keyledger lease tokens', 32)));
  }

  mint({ orgId, jobId, attempt, policyType }: LeaseClaims): string {
    const text = Buffer.from(JSON.stringify([orgId, jobId, attempt, policyType])).toString('base64url');
    return `${text}.${this.#hash(text).toString('base64url')}`;
  }

  /** Null for a token that is not ours. */
  open(token: string): LeaseClaims | null {
    if (!FORM.test(token)) return null;
    const [text = '', hash = ''] = token.split('.');
    if (!timingSafeEqual(this.#hash(text), Buffer.from(hash, 'base64url'))) return null;
    // Ours, so it holds what `mint` put there.
    const claims = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [string, string, number, string];
    const [orgId, jobId, attempt, policyType] = claims;
    return { orgId, jobId, attempt, policyType };
  }

  #hash(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}
