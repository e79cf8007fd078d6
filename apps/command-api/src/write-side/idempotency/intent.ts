import { randomBytes, randomUUID } from 'node:crypto';

/**
 * What a write needs besides its request, made up before anything happens: from it every attempt makes the same ids
 * and the same secret.
 */
export interface Intent {
  readonly commandId: string;
  /** Random, for the ids and secrets of the use case; see `entropyPiece`. */
  readonly entropy: Buffer;
}

/** How many pieces of 32 bytes an intent has: an id and a secret for each candidate of a rotation. */
const PIECES = 6;
const PIECE_BYTES = 32;

export function newIntent(): Intent {
  return { commandId: randomUUID(), entropy: randomBytes(PIECES * PIECE_BYTES) };
}

export function intentToText({ commandId, entropy }: Intent): string {
  return `${commandId} ${entropy.toString('base64')}`;
}

export function intentFromText(text: string): Intent {
  const [commandId = '', entropy = ''] = text.split(' ');
  return { commandId, entropy: Buffer.from(entropy, 'base64') };
}

/** The n-th 32 bytes of an intent's entropy, each for one id or secret only. @throws RangeError past the last */
export function entropyPiece(entropy: Buffer, number: number): Buffer {
  if (number < 0 || number >= PIECES)
    throw new RangeError(`an intent has ${PIECES} pieces of entropy, not ${number + 1}`);
  return entropy.subarray(number * PIECE_BYTES, (number + 1) * PIECE_BYTES);
}
