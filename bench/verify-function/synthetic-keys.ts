import { mintSecret, type SecretHasher } from '#libs/auth';
import { API_KEY_STREAM_PREFIX, type EventMetadata } from '#libs/domain';
import { InMemoryEventStore, toPosition, type StoredEvent } from '#libs/event-store';

const METADATA: EventMetadata = {
  ...{ org_id: 'org_bench', actor: { type: 'user', id: 'user_bench', name: null }, request_id: 'bench' },
  ...{ correlation_id: 'bench', causation_id: 'bench', schema_version: 1, occurred_at: '2026-01-01T00:00:00.000Z' },
  ...{ reason: null, ip: null, user_agent: null },
};

/**
 * As many keys as one likes, each made when its stream is read and kept by nobody, so that what a process grows by is
 * what the directory holds. Everything about a key follows from its number.
 */
export class SyntheticKeys extends InMemoryEventStore {
  constructor(private readonly hasher: SecretHasher) {
    super();
  }

  secret(number: number): string {
    return this.#minted(number).secret;
  }

  override async readStream(stream: string): Promise<readonly StoredEvent[]> {
    const number = Number(stream.slice(API_KEY_STREAM_PREFIX.length));
    const { keyId, secret, hint } = this.#minted(number);
    const { hash, pepperVersion } = this.hasher.hashForStorage(secret);
    const data = {
      ...{ key_id: keyId, name: `key number ${number}`, description: null, key_type: 'service', environment: 'live' },
      ...{ access: 'scoped', scopes: ['jobs:read', 'jobs:write'], lifetime_seconds: null, expires_at: null },
      ...{ hint, hash, pepper_version: pepperVersion },
    };
    const stored = { stream, revision: 0, position: toPosition(1n), recordedAt: 0, metadata: METADATA };
    // Through JSON, as it comes from a real store: no text is shared between two keys.
    return [
      { ...stored, id: String(number), type: 'api_key.created', data: JSON.parse(JSON.stringify(data)) as typeof data },
    ];
  }

  #minted(number: number) {
    const entropy = Buffer.alloc(32, 0x5a);
    entropy.writeUInt32BE(number);
    const keyId = `ak_${String(number).padStart(16, '0')}0000`;
    return { keyId, ...mintSecret({ environment: 'live', keyId, entropy }) };
  }
}
