import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { openSealedText, sealText, type Keyring } from '#libs/keyring';

/** What makes two requests the same one: together with the header these are bound into every key below. */
export interface RequestIdentity {
  readonly idempotencyKey: string;
  readonly orgId: string;
  /** Issuer and subject of a person, lineage of a key. */
  readonly caller: string;
  readonly method: string;
  readonly path: string;
}

/**
 * The keys of one request under one pepper. The pepper is in no database and the header is stored nowhere, so that a
 * database dump opens nothing, not even with the pepper beside it.
 */
export class RequestSeal {
  /** What the request is found again by: a keyed hash, so that the header cannot be guessed from it. */
  readonly id: Buffer;
  readonly #key: KeyObject;

  constructor(
    readonly pepperVersion: number,
    pepper: Buffer,
    identity: RequestIdentity,
  ) {
    const { idempotencyKey, orgId, caller, method, path } = identity;
    const info = JSON.stringify([orgId, caller, method, path]);
    const secret = createSecretKey(pepper);
    const derived = Buffer.from(hkdfSync('sha256', secret, idempotencyKey, `keyledger idempotency ${info}`, 64));
    this.id = derived.subarray(0, 32);
    this.#key = createSecretKey(derived.subarray(32));
  }

  /** The request's seals under every pepper that is still kept, the current one first. */
  static all(keyring: Keyring, identity: RequestIdentity): readonly RequestSeal[] {
    const versions = [...keyring.peppers.keys()].sort(
      (a, b) => Number(b === keyring.currentPepper) - Number(a === keyring.currentPepper),
    );
    return versions.flatMap((version) => {
      const pepper = keyring.peppers.get(version);
      return pepper === undefined ? [] : [new RequestSeal(version, pepper, identity)];
    });
  }

  /** Tells equal bodies from others without keeping either. */
  bodyHash(canonicalBody: string): Buffer {
    return createHmac('sha256', this.#key).update(canonicalBody).digest();
  }

  seal(purpose: string, text: string): Buffer {
    return sealText(this.#key, purpose, text);
  }

  /** @throws Error when the bytes were sealed for another request or purpose, or were changed */
  open(purpose: string, sealed: Buffer): string {
    return openSealedText(this.#key, purpose, sealed);
  }
}
