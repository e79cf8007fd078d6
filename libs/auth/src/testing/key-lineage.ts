import { randomBytes, randomUUID } from 'node:crypto';
import { apiKeyDecider, lineageOf, lineageStream, parseApiKeyEvent, type ApiKeyCommand } from '#libs/domain';
import type { EventStore, StoredEvent } from '#libs/event-store';
import { keyIdFrom, successorKeyId } from '../key-secret/key-id.js';
import { mintSecret } from '../key-secret/mint-secret.js';
import type { SecretHasher, StoredHash } from '../secret-hasher.js';

export type LineageAct = 'revoke' | 'suspend' | 'reactivate' | 'rotate' | 'rotate with grace' | 'delete' | 'rename';

export interface LineageOptions {
  readonly orgId?: string;
  readonly scopes?: readonly string[];
  readonly lifetimeSeconds?: number;
}

interface Minted extends StoredHash {
  readonly hint: string;
}

/** A lineage in a store under test, changed by the domain's own decisions; knows the secret of each of its keys. */
export class KeyLineage {
  /** Of keys that were made and of those that were only thought of. */
  readonly #secrets = new Map<string, string>();
  readonly #made: string[] = [];
  readonly firstKeyId = keyIdFrom(randomBytes(32));
  readonly #first: Minted;

  constructor(
    private readonly store: EventStore,
    private readonly hasher: SecretHasher,
    /** Unix milliseconds. */
    private readonly now: () => number,
    private readonly options: LineageOptions = {},
  ) {
    this.#first = this.#mint(this.firstKeyId);
  }

  get name(): string {
    return lineageOf(this.firstKeyId) ?? '';
  }

  get stream(): string {
    return lineageStream(this.name);
  }

  /** Oldest first. */
  get keyIds(): readonly string[] {
    return this.#made;
  }

  /** The secret of one key; default the newest, or the one that the first will have. */
  secret(keyId = this.#made.at(-1) ?? this.firstKeyId): string {
    return this.#secrets.get(keyId) ?? '';
  }

  create(): Promise<readonly StoredEvent[]> {
    const { scopes = [], lifetimeSeconds = null } = this.options;
    const access = scopes.length > 0 ? ('scoped' as const) : ('full' as const);
    return this.#run({
      kind: 'CreateApiKey',
      ...{ name: 'a key', description: null, type: 'service', environment: 'live' },
      ...{ access, scopes, lifetimeSeconds, keyId: this.firstKeyId, now: this.now(), ...this.#first },
    });
  }

  /** What the newest key goes through; what its state does not allow changes nothing. Answers the events stored. */
  async act(act: LineageAct): Promise<readonly StoredEvent[]> {
    try {
      return await this.#run(this.#command(act));
    } catch (error) {
      if (error instanceof Error && error.name === 'DomainRejection') return [];
      throw error;
    }
  }

  #command(act: LineageAct): ApiKeyCommand {
    const about = { keyId: this.keyIds.at(-1) ?? '', now: this.now(), reason: null };
    switch (act) {
      case 'revoke':
        return { kind: 'RevokeApiKey', ...about };
      case 'suspend':
        return { kind: 'SuspendApiKey', ...about };
      case 'reactivate':
        return { kind: 'ReactivateApiKey', ...about };
      case 'delete':
        return { kind: 'DeleteApiKey', ...about };
      case 'rename':
        return { kind: 'UpdateApiKey', keyId: about.keyId, now: about.now, name: randomBytes(4).toString('hex') };
      case 'rotate':
      case 'rotate with grace': {
        const keyId = successorKeyId(this.name, randomBytes(32));
        const graceSeconds = act === 'rotate' ? 0 : 60;
        return { kind: 'RotateApiKey', ...about, graceSeconds, successors: [{ keyId, ...this.#mint(keyId) }] };
      }
    }
  }

  async #run(command: ApiKeyCommand): Promise<readonly StoredEvent[]> {
    const before = await this.store.readStream(this.stream, { limit: 5_000 });
    const state = before
      .map(parseApiKeyEvent)
      .reduce((folded, event) => apiKeyDecider.evolve(folded, event), apiKeyDecider.initialState);
    const decided = apiKeyDecider.decide(command, state);
    const events = decided.map(({ type, data }) => ({ id: randomUUID(), type, data, metadata: this.#metadata() }));
    if (events.length === 0) return [];
    await this.store.append(this.stream, before.length - 1, events);
    for (const event of decided) {
      if (event.type === 'api_key.created') this.#made.push(event.data.key_id);
      if (event.type === 'api_key.rotated') this.#made.push(event.data.successor.key_id);
    }
    return this.store.readStream(this.stream, { from: before.length });
  }

  #mint(keyId: string): Minted {
    const { secret, hint } = mintSecret({ environment: 'live', keyId, entropy: randomBytes(32) });
    this.#secrets.set(keyId, secret);
    return { hint, ...this.hasher.hashForStorage(secret) };
  }

  #metadata() {
    return {
      ...{ org_id: this.options.orgId ?? 'org_a', actor: { type: 'user', id: 'user_1', name: null } as const },
      ...{ request_id: 'r', correlation_id: 'r', causation_id: 'r', schema_version: 1, reason: null, ip: null },
      ...{ occurred_at: new Date(this.now()).toISOString(), user_agent: null },
    };
  }
}
