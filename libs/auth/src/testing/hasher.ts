import { SecretHasher } from '../secret-hasher.js';

/** A hasher for tests, with one pepper. */
export function testHasher(): SecretHasher {
  return new SecretHasher({ currentPepper: 1, peppers: new Map([[1, Buffer.alloc(32, 1)]]) });
}
