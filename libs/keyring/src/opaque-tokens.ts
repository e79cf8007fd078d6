import { createSecretKey, type KeyObject } from 'node:crypto';
import { openSealedText, sealText } from './sealed-text.js';

/**
 * What leaves the process but means something only to it (log positions, cursors): sealed with a random nonce, so that
 * equal values look different, two of them tell nothing of what lies between, and none can be made up.
 */
export class OpaqueTokens {
  readonly #key: KeyObject;

  /** @param key 32 bytes, the same on every node and over restarts */
  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  /** `purpose` keeps a token of one kind from being taken for another. */
  seal(purpose: string, value: string): string {
    return sealText(this.#key, purpose, value).toString('base64url');
  }

  /** The sealed value, or null for a token that is not ours or of another purpose. */
  open(purpose: string, token: string): string | null {
    if (!/^[A-Za-z0-9_-]{38,4096}$/.test(token)) return null;
    try {
      return openSealedText(this.#key, purpose, Buffer.from(token, 'base64url'));
    } catch {
      return null;
    }
  }
}
