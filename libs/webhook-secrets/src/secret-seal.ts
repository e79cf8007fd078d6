import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { openSealedText, sealText, type Keyring } from '#libs/keyring';

/** A signing secret by its ids, all of which are bound into what is stored: moved to another row, it opens nowhere. */
export interface SecretIdentity {
  readonly orgId: string;
  readonly webhookId: string;
  readonly secretId: string;
}

export interface SealedSecret {
  /** Names the key that it is under. */
  readonly pepperVersion: number;
  readonly sealed: Buffer;
}

const PURPOSE = 'webhook signing secrets';

/** Seals signing secrets under a key that is made from a pepper, which is in no database. */
export class SecretSeal {
  readonly #keys = new Map<number, KeyObject>();

  constructor(private readonly keyring: Keyring) {}

  /** Under the current pepper. */
  seal(identity: SecretIdentity, secret: string): SealedSecret {
    const pepperVersion = this.keyring.currentPepper;
    return { pepperVersion, sealed: sealText(this.#key(pepperVersion), associatedData(identity), secret) };
  }

  /** @throws Error where the keyring lacks the pepper, or the bytes are another secret's or were changed */
  open(identity: SecretIdentity, { pepperVersion, sealed }: SealedSecret): string {
    return openSealedText(this.#key(pepperVersion), associatedData(identity), sealed);
  }

  #key(version: number): KeyObject {
    const known = this.#keys.get(version);
    if (known !== undefined) return known;
    const pepper = this.keyring.peppers.get(version);
    if (pepper === undefined)
      throw new Error(`the keyring lacks pepper ${version}, under which signing secrets of webhooks are sealed`);
    const bytes = hkdfSync('sha256', createSecretKey(pepper), '', `keyledger ${PURPOSE}`, 32);
    const key = createSecretKey(Buffer.from(bytes));
    this.#keys.set(version, key);
    return key;
  }
}

function associatedData({ orgId, webhookId, secretId }: SecretIdentity): string {
  return JSON.stringify([PURPOSE, orgId, webhookId, secretId]);
}
