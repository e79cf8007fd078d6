import type { Caller } from '#libs/auth';
import { NO_FAIL_POINT, type FailPoint } from '#libs/commands';
import { DomainRejection } from '#libs/domain';
import type { Keyring } from '#libs/keyring';
import type { Logger } from '#libs/observability';
import type { WriteContext } from '../write-context.js';
import { canonicalJson } from './canonical-json.js';
import { IdempotencyRefused } from './idempotency-refused.js';
import type { Begin, Begun, IdempotencyStore } from './idempotency-store.js';
import { intentFromText, intentToText, newIntent, type Intent } from './intent.js';
import { RequestSeal, type RequestIdentity } from './request-seal.js';
import { RunningWrites } from './running-writes.js';
import { answerFromText, answerToText, type FirstAnswer, type WriteAnswer } from './write-answer.js';

export interface IdempotentWritesOptions {
  readonly store: IdempotencyStore;
  readonly keyring: Keyring;
  readonly logger: Logger;
  readonly failPoint?: FailPoint;
  /** How often a write that takes its time says that it is still running, default 10,000. */
  readonly extendEveryMs?: number;
}

/** One attempt at a write. */
export interface WriteAttempt extends Intent {
  /** An earlier attempt may have come further than is known; it began at this instant, Unix milliseconds. */
  readonly repeatedSince: number | null;
  /** When its record was asked for, by `performance.now`: long after that, somebody may have taken it over. */
  readonly begunAt?: number;
}

const EXTEND_EVERY_MS = 10_000;
/** Past so many a retry waits for the mark to run out by itself. */
const MOST_GIVEN_UP = 10_000;

/** An attempt by its number, or, where its beginning was never confirmed, by the intent that nobody else can have sealed. */
type GivenUp = { readonly attempt: number } | { readonly sealedIntent: Buffer };

function isOf(givenUp: GivenUp, { attempt, sealedIntent }: Begun): boolean {
  return 'attempt' in givenUp
    ? givenUp.attempt === attempt
    : attempt === 1 && givenUp.sealedIntent.equals(sealedIntent);
}

type Execute = (attempt: WriteAttempt) => Promise<FirstAnswer>;

/**
 * Carries out a write once for each `Idempotency-Key`: the intent is stored before anything happens and the answer
 * after it, both sealed. A crash anywhere in between leaves the intent, from which the client's retry makes the very
 * same command, which the runner recognises in the log.
 */
export class IdempotentWrites {
  /** Attempts that this process gave up without being able to say so in their record, by the record's id. */
  readonly #givenUp = new Map<string, GivenUp>();

  readonly #running: RunningWrites;

  constructor(private readonly options: IdempotentWritesOptions) {
    const { store, logger, extendEveryMs = EXTEND_EVERY_MS } = options;
    this.#running = new RunningWrites({ store, logger, extendEveryMs });
  }

  /**
   * @throws IdempotencyRefused
   * @throws DatabaseUnavailable when the intent cannot be stored; nothing happened then
   * @throws whatever `execute` throws
   */
  async run(context: WriteContext, execute: Execute): Promise<WriteAnswer> {
    if (context.idempotencyKey === null)
      return { ...(await execute({ ...newIntent(), repeatedSince: null })), replayed: false };
    const { caller, method, path, idempotencyKey } = context;
    const identity = { idempotencyKey, orgId: caller.orgId, caller: callerIdentity(caller), method, path };
    return this.#runSealed(context, await this.#sealOf(identity), canonicalJson(context.body), execute);
  }

  /** The current pepper's seal, unless a record from before the pepper was changed is there: a retry finds that one. */
  async #sealOf(identity: RequestIdentity): Promise<RequestSeal> {
    const [current, ...older] = RequestSeal.all(this.options.keyring, identity);
    if (current === undefined) throw new Error('the keyring holds no pepper');
    for (const seal of older) {
      if (await this.options.store.has(identity.orgId, seal.id)) return seal;
    }
    return current;
  }

  async #runSealed(context: WriteContext, seal: RequestSeal, bodyText: string, execute: Execute): Promise<WriteAnswer> {
    const { failPoint = NO_FAIL_POINT } = this.options;
    const { orgId } = context.caller;
    const fresh = newIntent();
    const bodyHash = seal.bodyHash(bodyText);
    this.#running.assertNone(seal.id, bodyHash);
    const begunAt = performance.now();
    const begun = await this.#begin(orgId, {
      id: seal.id,
      bodyHash,
      sealedIntent: seal.seal('intent', intentToText(fresh)),
    });
    switch (begun.outcome) {
      case 'reused':
        throw new IdempotencyRefused('idempotency_key_reused');
      case 'in_flight':
        throw new IdempotencyRefused('idempotency_in_flight');
      case 'answered':
        return this.#replay(seal, begun.sealedAnswer);
      case 'begun':
      case 'taken_over': {
        failPoint('intent_stored');
        const isFresh = begun.outcome === 'begun';
        const intent = isFresh ? fresh : intentFromText(seal.open('intent', begun.sealedIntent));
        const { attempt, startedAt } = begun;
        const answer = await this.#running.during({ orgId, id: seal.id, bodyHash, attempt }, () =>
          this.#execute(context, seal, attempt, () =>
            execute({ ...intent, begunAt, repeatedSince: isFresh ? null : startedAt }),
          ),
        );
        failPoint('answer_stored');
        return answer;
      }
    }
  }

  /** A mark that we left ourselves, when the database went away, keeps no retry waiting. */
  async #begin(orgId: string, begin: Begin): Promise<Begun> {
    const { store } = this.options;
    const id = begin.id.toString('latin1');
    try {
      const begun = await store.begin(orgId, begin);
      const givenUp = this.#givenUp.get(id);
      if (begun.outcome !== 'in_flight' || givenUp === undefined || !isOf(givenUp, begun)) return begun;
      this.#givenUp.delete(id);
      await store.unlock(orgId, begin.id, begun.attempt);
      return await store.begin(orgId, begin);
    } catch (error) {
      this.#giveUp(id, { sealedIntent: begin.sealedIntent });
      throw error;
    }
  }

  #giveUp(id: string, attempt: GivenUp): void {
    const [oldest] = this.#givenUp.keys();
    if (this.#givenUp.size >= MOST_GIVEN_UP && oldest !== undefined) this.#givenUp.delete(oldest);
    this.#givenUp.set(id, attempt);
  }

  async #execute(
    context: WriteContext,
    seal: RequestSeal,
    attempt: number,
    execute: () => Promise<FirstAnswer>,
  ): Promise<WriteAnswer> {
    const { store, logger } = this.options;
    const { orgId } = context.caller;
    // What goes wrong with the record from here on costs a retry some time, but never the answer or the command.
    const noteDown = <T>(work: Promise<T>): Promise<T | null> =>
      work.catch((error: unknown) => {
        logger.warn(
          { org_id: orgId, request_id: context.requestId, err: error },
          'an idempotency record was not updated',
        );
        this.#giveUp(seal.id.toString('latin1'), { attempt });
        return null;
      });
    try {
      const answer = await execute();
      const kept = await noteDown(store.answer(orgId, seal.id, seal.seal('answer', answerToText(answer))));
      // Whoever took over may have been faster: all who ask for one thing are told the same.
      return kept === null ? { ...answer, replayed: false } : this.#replay(seal, kept);
    } catch (error) {
      const refused = error instanceof DomainRejection;
      await noteDown(refused ? store.forget(orgId, seal.id, attempt) : store.unlock(orgId, seal.id, attempt));
      throw error;
    }
  }

  #replay(seal: RequestSeal, sealedAnswer: Buffer | null): WriteAnswer {
    if (sealedAnswer === null) throw new Error('an answered idempotency record holds no answer');
    return { ...answerFromText(seal.open('answer', sealedAnswer)), replayed: true };
  }
}

/** A key and its rotations are one caller, so that a key that rotated itself can ask again under either. */
function callerIdentity(caller: Caller): string {
  switch (caller.type) {
    case 'user':
      return JSON.stringify(['user', caller.issuer, caller.id]);
    case 'api_key':
      return JSON.stringify(['api_key', caller.lineage]);
    case 'platform':
      return JSON.stringify(['platform', caller.id]);
  }
}
