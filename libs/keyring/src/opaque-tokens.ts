import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/**
 * What leaves the process but means something only to it (log positions, cursors): AES-256-GCM with a random nonce, so
 * that equal values look different, two of them tell nothing of what lies between, and none can be made up.
 */
export class OpaqueTokens {
  readonly #key: KeyObject;

  /** @param key 32 bytes, the same on every node and over restarts */
  constructor(key: Buffer) {
    // Handing the bytes to each operation instead costs seven times as much (137 against 19 µs, Node 24).
    this.#key = createSecretKey(key);
  }

  /** `purpose` keeps a token of one kind from being taken for another. */
  seal(purpose: string, value: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(purpose));
    return Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** The sealed value, or null for a token that is not ours or of another purpose. */
  open(purpose: string, token: string): string | null {
    if (!/^[A-Za-z0-9_-]{38,4096}$/.test(token)) return null;
    const bytes = Buffer.from(token, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE)).setAAD(Buffer.from(purpose));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
    try {
      return decipher.update(bytes.subarray(NONCE, bytes.length - TAG), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return null;
    }
  }
}
