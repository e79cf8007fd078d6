import { randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const KEY_BYTES = 32;
const SHOWN = 4;

/**
 * The secret that an endpoint's messages are signed with, as Standard Webhooks writes it: `whsec_` and the base64 of 32
 * random bytes.
 * @param entropy comes in where a stored intent has to give the same secret again after a crash
 */
export function newSigningSecret(entropy: Buffer = randomBytes(KEY_BYTES)): string {
  if (entropy.length !== KEY_BYTES) throw new RangeError(`32 bytes of entropy are needed, not ${entropy.length}`);
  return `${PREFIX}${entropy.toString('base64')}`;
}

/** `whsec_2YkL…def=`: what a person recognises the secret by; it gives away 42 of its 256 bits. */
export function hintOf(secret: string): string {
  return `${secret.slice(0, PREFIX.length + SHOWN)}…${secret.slice(-SHOWN)}`;
}

/** The bytes to sign with. @throws RangeError for what is no signing secret, without a word of it */
export function signingKeyOf(secret: string): Buffer {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  if (!secret.startsWith(PREFIX) || key.length !== KEY_BYTES)
    throw new RangeError('a signing secret is whsec_ and the base64 of 32 bytes');
  return key;
}
