import type pg from 'pg';
import { orUnavailable } from '#libs/postgres';
import { GroupCommit } from './group-commit.js';

export interface Begin {
  readonly id: Buffer;
  readonly bodyHash: Buffer;
  readonly sealedIntent: Buffer;
}

/** See `begin_idempotent`. `sealedIntent` is the stored one: an earlier attempt's where there was one. */
export interface Begun {
  readonly outcome: 'begun' | 'taken_over' | 'answered' | 'in_flight' | 'reused';
  readonly attempt: number;
  readonly sealedIntent: Buffer;
  readonly sealedAnswer: Buffer | null;
  /** When the first attempt began, Unix milliseconds. */
  readonly startedAt: number;
}

interface BegunRow {
  readonly id: Buffer;
  readonly outcome: Begun['outcome'];
  readonly attempt: number;
  readonly sealed_intent: Buffer;
  readonly sealed_answer: Buffer | null;
  readonly created_at: Date;
}

interface Answered {
  readonly id: Buffer;
  readonly sealedAnswer: Buffer;
}

interface KeptRow {
  readonly id: Buffer;
  readonly sealed_answer: Buffer;
}

/** A mark left by a dead process blocks a retry no longer than this; one that lives extends it. */
const LOCK = '30 seconds';
const KEPT = '24 hours';

const LIMITS = {
  mostPerBatch: 200,
  mostWaiting: 10_000,
  identity: ({ id }: { readonly id: Buffer }) => id.toString('latin1'),
};

/** The idempotency records in Postgres, under the api role and row-level security. */
export class IdempotencyStore {
  readonly #begins: GroupCommit<Begin, Begun>;
  readonly #answers: GroupCommit<Answered, Buffer | null>;

  constructor(private readonly pool: pg.Pool) {
    this.#begins = new GroupCommit<Begin, Begun>({ ...LIMITS, commit: (orgId, items) => this.#beginAll(orgId, items) });
    this.#answers = new GroupCommit<Answered, Buffer | null>({
      ...LIMITS,
      commit: (orgId, items) => this.#answerAll(orgId, items),
    });
  }

  /** Writes the intent down before anything happens, or says what there is already. @throws DatabaseUnavailable */
  begin(orgId: string, begin: Begin): Promise<Begun> {
    return this.#begins.submit(orgId, begin);
  }

  /** Whether a record stands for this id. @throws DatabaseUnavailable */
  async has(orgId: string, id: Buffer): Promise<boolean> {
    const { rows } = await orUnavailable(() =>
      this.pool.query<{ found: boolean }>('select command_api.has_idempotent($1, $2) as found', [orgId, id]),
    );
    return rows[0]?.found === true;
  }

  /** Keeps the answer. @returns the one that was kept before, which stays, or null @throws DatabaseUnavailable */
  answer(orgId: string, id: Buffer, sealedAnswer: Buffer): Promise<Buffer | null> {
    return this.#answers.submit(orgId, { id, sealedAnswer });
  }

  /** The attempt is still under way. @returns whether it is the one that counts @throws DatabaseUnavailable */
  async extend(orgId: string, id: Buffer, attempt: number): Promise<boolean> {
    const { rows } = await orUnavailable(() =>
      this.pool.query<{ extended: boolean }>('select command_api.extend_idempotent($1, $2, $3, $4) as extended', [
        ...[orgId, id, attempt, LOCK],
      ]),
    );
    return rows[0]?.extended === true;
  }

  /** After a refusal: nothing happened, the next try is decided anew. @throws DatabaseUnavailable */
  async forget(orgId: string, id: Buffer, attempt: number): Promise<void> {
    await orUnavailable(() =>
      this.pool.query('select command_api.forget_idempotent($1, $2, $3)', [orgId, id, attempt]),
    );
  }

  /** After a failure with unknown outcome: the next try may take over at once. @throws DatabaseUnavailable */
  async unlock(orgId: string, id: Buffer, attempt: number): Promise<void> {
    await orUnavailable(() =>
      this.pool.query('select command_api.unlock_idempotent($1, $2, $3)', [orgId, id, attempt]),
    );
  }

  async #beginAll(orgId: string, items: readonly Begin[]): Promise<readonly Begun[]> {
    const parameters = [
      orgId,
      items.map(({ id }) => id),
      items.map(({ bodyHash }) => bodyHash),
      items.map(({ sealedIntent }) => sealedIntent),
      LOCK,
      KEPT,
    ];
    const { rows } = await orUnavailable(() =>
      this.pool.query<BegunRow>({
        name: 'begin_idempotent',
        text: 'select id, outcome, attempt, sealed_intent, sealed_answer, created_at from command_api.begin_idempotent($1, $2, $3, $4, $5, $6)',
        values: parameters,
      }),
    );
    const found = new Map<string, BegunRow>();
    for (const row of rows) {
      const id = row.id.toString('latin1');
      if (!found.has(id)) found.set(id, row);
    }
    return items.map(({ id }) => {
      const row = found.get(id.toString('latin1'));
      // Forgotten between the two statements of the function: its request was refused just now, the next try decides anew.
      if (row === undefined)
        return { outcome: 'in_flight', attempt: 0, sealedIntent: Buffer.alloc(0), sealedAnswer: null, startedAt: 0 };
      return {
        outcome: row.outcome,
        attempt: row.attempt,
        sealedIntent: row.sealed_intent,
        sealedAnswer: row.sealed_answer,
        startedAt: row.created_at.getTime(),
      };
    });
  }

  async #answerAll(orgId: string, items: readonly Answered[]): Promise<readonly (Buffer | null)[]> {
    const values = [orgId, items.map(({ id }) => id), items.map(({ sealedAnswer }) => sealedAnswer)];
    const text = 'select id, sealed_answer from command_api.answer_idempotent($1, $2, $3)';
    const { rows } = await orUnavailable(() => this.pool.query<KeptRow>({ name: 'answer_idempotent', text, values }));
    const kept = new Map(rows.map(({ id, sealed_answer }) => [id.toString('latin1'), sealed_answer]));
    return items.map(({ id }) => kept.get(id.toString('latin1')) ?? null);
  }
}
