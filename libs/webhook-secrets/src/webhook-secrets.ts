import type pg from 'pg';
import { BoundedLru } from '#libs/bounded-lru';
import type { Keyring } from '#libs/keyring';
import { orUnavailable } from '#libs/postgres';
import { SecretSeal, type SecretIdentity } from './secret-seal.js';
import { signingKeyOf } from './signing-secret.js';

export interface SecretToKeep extends SecretIdentity {
  /** As `newSigningSecret` makes it. */
  readonly secret: string;
}

interface SealedRow {
  readonly secret_id: string;
  readonly pepper_version: number;
  readonly sealed: Buffer;
}

/** Keys of 32 bytes that are never changed, so what was opened once need not be asked for at every delivery. */
const MOST_OPEN = 10_000;

/** The signing secrets of webhook endpoints: sealed in Postgres, under row-level security. */
export class WebhookSecrets {
  readonly #seal: SecretSeal;
  readonly #open = new BoundedLru<string, Buffer>(MOST_OPEN);

  /** @param pool of the api role, which keeps and sees the secrets of the organization it is asked for, or the projector's */
  constructor(
    private readonly pool: pg.Pool,
    keyring: Keyring,
  ) {
    this.#seal = new SecretSeal(keyring);
  }

  /**
   * Keeps a secret, to be called before the event that names it. Again with the same ids: what was kept first stays, for
   * at least another day if no event names it.
   * @throws DatabaseUnavailable
   */
  async keep({ secret, ...identity }: SecretToKeep): Promise<void> {
    const { orgId, webhookId, secretId } = identity;
    const { pepperVersion, sealed } = this.#seal.seal(identity, secret);
    await orUnavailable(() =>
      this.pool.query('select webhook_secrets.keep($1, $2, $3, $4, $5)', [
        ...[orgId, webhookId, secretId, pepperVersion, sealed],
      ]),
    );
  }

  /**
   * The keys to sign with, by the ids of their secrets; those that are not kept are missing.
   * @throws DatabaseUnavailable
   * @throws Error where the keyring is not the one that they were sealed under
   */
  async open(orgId: string, webhookId: string, secretIds: readonly string[]): Promise<Map<string, Buffer>> {
    const cacheKey = (secretId: string): string => JSON.stringify([orgId, webhookId, secretId]);
    const known = secretIds.map((id) => [id, this.#open.get(cacheKey(id))] as const);
    const missing = known.filter(([, key]) => key === undefined).map(([id]) => id);
    for (const row of missing.length === 0 ? [] : await this.#read(orgId, webhookId, missing)) {
      const { secret_id: secretId, pepper_version: pepperVersion, sealed } = row;
      const secret = this.#seal.open({ orgId, webhookId, secretId }, { pepperVersion, sealed });
      this.#open.set(cacheKey(secretId), signingKeyOf(secret));
    }
    const keys = secretIds.map((id) => [id, this.#open.get(cacheKey(id))] as const);
    return new Map(keys.flatMap(([id, key]) => (key === undefined ? [] : [[id, key]])));
  }

  async #read(orgId: string, webhookId: string, secretIds: readonly string[]): Promise<readonly SealedRow[]> {
    const { rows } = await orUnavailable(() =>
      this.pool.query<SealedRow>({
        name: 'sealed_webhook_secrets',
        text: 'select secret_id, pepper_version, sealed from webhook_secrets.sealed_of($1, $2, $3)',
        values: [orgId, webhookId, secretIds],
      }),
    );
    return rows;
  }
}
