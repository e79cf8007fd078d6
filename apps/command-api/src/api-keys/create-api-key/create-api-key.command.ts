import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { keyIdFrom, mintSecret, type SecretHasher } from '#libs/auth';
import {
  assertMayCreate,
  presentKey,
  resolveGrant,
  validName,
  type KeyAccess,
  type KeyEnvironment,
  type KeyType,
  type ScopeCatalogue,
} from '#libs/domain';
import { entropyPiece } from '../../write-side/idempotency/intent.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { grantorOf, keyOf, type ApiKeyWrites } from '../api-key-writes.js';

export interface CreateApiKeyInput {
  readonly name: string;
  readonly description: string | null;
  readonly type: KeyType;
  readonly environment: KeyEnvironment;
  readonly access: KeyAccess | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly preset: string | undefined;
  readonly lifetimeSeconds: number | null;
}

/** Makes a key in a lineage of its own; the answer alone shows its secret. */
export class CreateApiKey extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly input: CreateApiKeyInput,
  ) {
    super();
  }
}

@CommandHandler(CreateApiKey)
export class CreateApiKeyHandler implements ICommandHandler<CreateApiKey> {
  constructor(
    private readonly apiKeys: ApiKeyWrites,
    private readonly catalogue: ScopeCatalogue,
    private readonly hasher: SecretHasher,
  ) {}

  async execute({ context, input }: CreateApiKey): Promise<WriteAnswer> {
    // The shape comes before the grants, and both before a replay: a caller who lost a grant is not
    // shown the stored answer.
    const name = validName(input.name);
    const grant = resolveGrant(this.catalogue, input);
    assertMayCreate(grantorOf(context.caller), grant);
    return this.apiKeys.run(context, ({ entropy }) => {
      const keyId = keyIdFrom(entropyPiece(entropy, 0));
      const minted = mintSecret({ environment: input.environment, keyId, entropy: entropyPiece(entropy, 1) });
      const { hash, pepperVersion } = this.hasher.hashForStorage(minted.secret);
      return {
        keyId,
        reason: null,
        startsStream: true,
        command: (now) => ({
          kind: 'CreateApiKey',
          name,
          description: input.description,
          type: input.type,
          environment: input.environment,
          ...grant,
          lifetimeSeconds: input.lifetimeSeconds,
          keyId,
          hint: minted.hint,
          hash,
          pepperVersion,
          now,
        }),
        answer: async ({ state, decidedAt }) => ({
          status: 201,
          body: { ...presentKey(keyOf(state, keyId), Math.floor(decidedAt / 1000), null), secret: minted.secret },
          location: `/v1/api-keys/${keyId}`,
        }),
      };
    });
  }
}
