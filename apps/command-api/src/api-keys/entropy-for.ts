import { hkdfSync } from 'node:crypto';

/** 32 bytes of an intent's entropy for one purpose, independent of those for any other. */
export function entropyFor(purpose: string, entropy: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', entropy, '', `keyledger ${purpose}`, 32));
}
