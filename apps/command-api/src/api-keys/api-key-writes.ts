import type { OrganizationCaller } from '#libs/auth';
import { type CommandOutcome, type CommandRunner, apiKeyStreams } from '#libs/commands';
import {
  lineageOf,
  lineageStream,
  DomainRejection,
  type ApiKeyCommand,
  type Grantor,
  type KeyState,
  type LineageState,
} from '#libs/domain';
import type { Position } from '#libs/event-store';
import type { IdempotentWrites, WriteAttempt } from '../write-side/idempotency/idempotent-writes.js';
import type { WriteAnswer } from '../write-side/idempotency/write-answer.js';
import { commandMetadata, type WriteContext } from '../write-side/write-context.js';

export interface ApiKeyWritesOptions {
  readonly runner: CommandRunner;
  readonly writes: IdempotentWrites;
  readonly sealPosition: (position: Position) => string;
  /** When the key was used last, as a `GET` would show it; Unix seconds. @throws DatabaseUnavailable */
  readonly lastUsedAt: (orgId: string, keyId: string) => Promise<number | null>;
}

/** One write on a lineage: what to decide, and how to answer what came of it. */
export interface LineageWrite {
  readonly keyId: string;
  readonly reason: string | null;
  readonly command: (now: number) => ApiKeyCommand;
  readonly startsStream?: boolean;
  readonly answer: (
    outcome: CommandOutcome<LineageState>,
  ) => Promise<Pick<WriteAnswer, 'status' | 'body'> & { readonly location?: string }>;
}

/** What the use cases that change keys have in common: one idempotent command on the stream that the key's id names. */
export class ApiKeyWrites {
  constructor(private readonly options: ApiKeyWritesOptions) {}

  /**
   * @throws DomainRejection as the decider refuses
   * @throws IdempotencyRefused, EventStoreUnavailable, DatabaseUnavailable
   */
  run(context: WriteContext, write: (attempt: WriteAttempt) => LineageWrite): Promise<WriteAnswer> {
    return this.options.writes.run(context, async (attempt) => {
      const { keyId, reason, command, startsStream, answer } = write(attempt);
      const outcome = await this.options.runner.run({
        type: apiKeyStreams,
        stream: streamOf(keyId),
        commandId: attempt.commandId,
        metadata: commandMetadata(context, reason),
        command,
        startsStream,
        repeated: attempt.repeatedSince !== null,
        begunAt: attempt.begunAt,
      });
      const { status, body, location = null } = await answer(outcome);
      return { status, body, location, logPosition: this.options.sealPosition(outcome.position) };
    });
  }

  /** The lineage as it stands, for a policy that must look before the command runs; unknown and foreign ones are empty. */
  async lineage(orgId: string, keyId: string): Promise<LineageState> {
    return this.options.runner.look(apiKeyStreams, streamOf(keyId), orgId);
  }

  /** See `ApiKeyWritesOptions.lastUsedAt`. @throws DomainRejection api_key_not_found for what is no key id */
  async lastUsedAt(orgId: string, keyId: string): Promise<number | null> {
    streamOf(keyId);
    return this.options.lastUsedAt(orgId, keyId);
  }
}

/** The caller as the rules against self-propagation see it. */
export function grantorOf(caller: OrganizationCaller): Grantor {
  return caller.type === 'user' ? { kind: 'admin' } : { kind: 'api_key', access: caller.access, scopes: caller.scopes };
}

/** The key, deleted or not. @throws DomainRejection `api_key_not_found` for an id that the lineage never had */
export function keyOf(state: LineageState, keyId: string): KeyState {
  const key = state.keys.find(({ id }) => id === keyId);
  if (key === undefined) throw keyNotFound();
  return key;
}

/** The one answer to an id that is unknown, of another organization, or of no form that ids have. */
export function keyNotFound(): DomainRejection {
  return new DomainRejection('api_key_not_found', 'API key not found.');
}

function streamOf(keyId: string): string {
  const lineage = lineageOf(keyId);
  if (lineage === null) throw keyNotFound();
  return lineageStream(lineage);
}
