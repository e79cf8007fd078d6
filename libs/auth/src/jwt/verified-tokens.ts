import { hash } from 'node:crypto';
import type { UserCaller } from '../caller.js';
import { BoundedLru } from '#libs/bounded-lru';

interface VerifiedToken {
  readonly caller: UserCaller;
  /** Unix milliseconds. */
  readonly until: number;
}

const MOST_TOKENS = 10_000;

/** How long a signature that was checked is believed: no longer than a provider's withdrawn key may live on. */
const BELIEVED_FOR_MS = 30_000;

/**
 * Tokens whose signature was checked a moment ago: a client sends the same one with every request, and checking it costs
 * more than the rest of many requests. Known by their hash, so that no credential stays in memory; never past their end.
 */
export class VerifiedTokens {
  readonly #tokens = new BoundedLru<string, VerifiedToken>(MOST_TOKENS);

  /** Whom the token speaks for, where that is still to be believed. */
  get(token: string, now: number): UserCaller | undefined {
    const known = this.#tokens.get(idOf(token));
    return known !== undefined && now < known.until ? known.caller : undefined;
  }

  /** @param expiresAt the token's own end, Unix seconds */
  add(token: string, caller: UserCaller, expiresAt: number, now: number): void {
    const until = Math.min(now + BELIEVED_FOR_MS, expiresAt * 1_000);
    this.#tokens.set(idOf(token), { caller, until });
  }
}

function idOf(token: string): string {
  return hash('sha256', token, 'base64');
}
