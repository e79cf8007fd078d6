import { randomBytes, randomUUID } from 'node:crypto';

/**
 * What a write needs besides its request, made up before anything happens: from it every attempt makes the same ids
 * and the same secret.
 */
export interface Intent {
  readonly commandId: string;
  /** For ids and secrets of the use case to draw from. */
  readonly entropy: Buffer;
}

/** What ids and secrets are drawn from, by HKDF. */
export const ENTROPY_BYTES = 32;

export function newIntent(): Intent {
  return { commandId: randomUUID(), entropy: randomBytes(ENTROPY_BYTES) };
}

export function intentToText({ commandId, entropy }: Intent): string {
  return `${commandId} ${entropy.toString('base64')}`;
}

export function intentFromText(text: string): Intent {
  const [commandId = '', entropy = ''] = text.split(' ');
  return { commandId, entropy: Buffer.from(entropy, 'base64') };
}
