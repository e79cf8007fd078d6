import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { mintSecret, successorKeyId, type SecretHasher } from '#libs/auth';
import {
  assertMayRotate,
  lineageOf,
  presentRotation,
  type KeyEnvironment,
  type KeyState,
  type LineageState,
} from '#libs/domain';
import { entropyPiece } from '../../write-side/idempotency/intent.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { grantorOf, keyNotFound, keyOf, type ApiKeyWrites } from '../api-key-writes.js';

export interface RotateApiKeyInput {
  /** Undefined where the caller named none. */
  readonly graceSeconds: number | undefined;
  /** Undefined: as the key's last one. */
  readonly lifetimeSeconds: number | undefined;
  readonly reason: string | null;
}

/** Puts a new key in the place of an old one, in one event; the answer alone shows the new secret. */
export class RotateApiKey extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly keyId: string,
    readonly input: RotateApiKeyInput,
  ) {
    super();
  }
}

/** A key that rotates itself can ask for a lost answer again within this time. */
const OWN_GRACE_SECONDS = 60;

/** An id of the lineage is taken with a chance of less than 1 in 14,000 each; the first free candidate is used. */
const CANDIDATES = [0, 1, 2];

@CommandHandler(RotateApiKey)
export class RotateApiKeyHandler implements ICommandHandler<RotateApiKey> {
  constructor(
    private readonly apiKeys: ApiKeyWrites,
    private readonly hasher: SecretHasher,
  ) {}

  async execute({ context, keyId, input }: RotateApiKey): Promise<WriteAnswer> {
    const { caller } = context;
    const target = keyOf(await this.apiKeys.lineage(caller.orgId, keyId), keyId);
    const isItself = caller.type === 'api_key' && caller.id === keyId;
    const grantor = grantorOf(caller);
    const rotation = { isItself, target, lifetimeAsked: input.lifetimeSeconds, lastLifetime: target.lifetimeSeconds };
    try {
      assertMayRotate(grantor, rotation);
    } catch (error) {
      // Existence comes before grants. A deleted key is there for a replay alone, by somebody who may see its secret.
      throw target.deleted ? keyNotFound() : error;
    }
    const graceSeconds = input.graceSeconds ?? (isItself ? OWN_GRACE_SECONDS : 0);
    return this.apiKeys.run(context, ({ entropy }) => {
      const candidates = CANDIDATES.map((number) => this.#candidate(keyId, target.environment, entropy, number));
      return {
        keyId,
        reason: input.reason,
        command: (now) => ({
          kind: 'RotateApiKey',
          keyId,
          graceSeconds,
          lifetimeSeconds: input.lifetimeSeconds,
          reason: input.reason,
          successors: candidates.map(({ successor }) => successor),
          grantor,
          isItself,
          now,
        }),
        answer: async ({ state }) => {
          const [old, successor] = rotated(state, keyId);
          const secret = candidates.find((candidate) => candidate.successor.keyId === successor.id)?.secret;
          if (secret === undefined)
            throw new Error('a rotation was stored with a successor that this command did not offer');
          return { status: 200, body: presentRotation(old, successor, secret) };
        },
      };
    });
  }

  #candidate(keyId: string, environment: KeyEnvironment, entropy: Buffer, number: number) {
    const id = successorKeyId(lineageOf(keyId) ?? '', entropyPiece(entropy, 2 * number));
    const { secret, hint } = mintSecret({
      environment,
      keyId: id,
      entropy: entropyPiece(entropy, 2 * number + 1),
    });
    return { secret, successor: { keyId: id, hint, ...this.hasher.hashForStorage(secret) } };
  }
}

function rotated(state: LineageState, keyId: string): readonly [KeyState, KeyState] {
  const old = keyOf(state, keyId);
  return [old, keyOf(state, old.rotatedTo ?? '')];
}
