import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '#libs/domain';
import { isError } from '#libs/errors';
import { scrubSecrets, type Logger } from '#libs/observability';
import { KeptThread } from './kept-thread.js';
import { SchemaCheckUnavailable } from './schema-check-unavailable.js';
import { schemaProblem } from './schema-rules.js';
import { Turns, type TurnBounds } from './turns.js';
import type { ValueProblem } from './worker/messages.js';

export interface JsonSchemasOptions {
  readonly logger: Logger;
  /** How many checks may wait; default 50 of one organization, 1,000 of all. */
  readonly bounds?: TurnBounds;
}

interface Work {
  readonly since: number;
  readonly run: () => Promise<void>;
  readonly refuse: (error: Error) => void;
}

/** Processor time that the thread may use on a value, and on a schema when it is put. */
const VALUE_MS = 200;
const SCHEMA_MS = 1_000;
/** A schema that was accepted is not refused later because it now runs on a slower machine. */
const KNOWN_SCHEMA_MS = 4_000;
const MOST_WAITED_MS = 5_000;
const BOUNDS: TurnBounds = { perOrganization: 50, total: 1_000 };

/**
 * Holds values against tenants' schemas (JSON Schema 2020-12), in a thread of their own: a pattern that never ends holds
 * up nobody but that thread, which is ended and made anew. What waited behind it runs on the next one.
 */
export class JsonSchemas {
  readonly #turns: Turns<Work>;
  readonly #thread: KeptThread;
  readonly #texts = new WeakMap<object, { readonly key: string; readonly text: string }>();
  #busy = false;
  #stopped = false;

  constructor({ logger, bounds = BOUNDS }: JsonSchemasOptions) {
    this.#turns = new Turns(bounds);
    this.#thread = new KeptThread(logger);
  }

  /**
   * What is wrong with a schema that an organization wants to use; null where nothing is.
   * @throws SchemaCheckUnavailable
   */
  async check(orgId: string, schema: JsonObject | boolean): Promise<string | null> {
    const problem = schemaProblem(schema);
    if (problem !== null) return problem;
    return this.#inTurn(orgId, async () => {
      const reply = await this.#thread.ask({ kind: 'check', ...this.#textOf(schema) }, SCHEMA_MS);
      if (reply.kind === 'exceeded') return `cannot be used: it takes ${reply.what} to compile`;
      return reply.kind === 'unusable' ? scrubSecrets(reply.problem) : null;
    });
  }

  /**
   * Where a value does not fit a schema that has passed `check` (null: anything fits): the first 20 places, as pointers
   * below `pointer` such as `/input`, in words that never repeat the value; null where it fits. A value that takes the
   * schema longer than 200 ms does not fit.
   * @throws SchemaCheckUnavailable
   */
  async validate(
    orgId: string,
    schema: JsonObject | boolean | null,
    value: JsonValue,
    pointer: string,
  ): Promise<readonly ValueProblem[] | null> {
    if (schema === null || schema === true) return null;
    const text = jsonOf(value);
    if (text === null) return [{ field: pointer, message: 'is nested too deeply to be checked' }];
    return this.#inTurn(orgId, () => this.#validate(schema, text, pointer));
  }

  /** Refuses what waits and ends the thread. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#thread.stop();
  }

  async #validate(
    schema: JsonObject | boolean,
    value: string,
    pointer: string,
  ): Promise<readonly ValueProblem[] | null> {
    const { key, text } = this.#textOf(schema);
    const request = { kind: 'validate', key, value, pointer } as const;
    let reply = await this.#thread.ask(request, VALUE_MS);
    if (reply.kind === 'not_compiled') {
      const compiled = await this.#thread.ask({ kind: 'compile', key, text }, KNOWN_SCHEMA_MS);
      if (compiled.kind !== 'usable') throw new Error('a schema that passed its check does not compile');
      reply = await this.#thread.ask(request, VALUE_MS);
    }
    if (reply.kind === 'exceeded') return [{ field: pointer, message: `takes ${reply.what} to check by its schema` }];
    if (reply.kind === 'fits') return null;
    if (reply.kind !== 'misfits') throw new Error(`the thread for schemas answered ${reply.kind} about a value`);
    return reply.problems.map(({ field, message }) => ({ field: scrubSecrets(field), message: scrubSecrets(message) }));
  }

  #inTurn<T>(orgId: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): Promise<void> => work().then(resolve, reject);
      if (!this.#turns.add(orgId, { since: performance.now(), run, refuse: reject })) {
        return reject(new SchemaCheckUnavailable('too many checks of schemas are waiting'));
      }
      if (!this.#busy) void this.#workOff();
    });
  }

  async #workOff(): Promise<void> {
    this.#busy = true;
    for (let work = this.#turns.take(); work !== undefined; work = this.#turns.take()) {
      const late = performance.now() - work.since > MOST_WAITED_MS;
      if (late || this.#stopped) work.refuse(new SchemaCheckUnavailable('a check of a schema waited too long'));
      else await work.run();
    }
    this.#busy = false;
  }

  #textOf(schema: JsonObject | boolean): { readonly key: string; readonly text: string } {
    const known = typeof schema === 'object' ? this.#texts.get(schema) : undefined;
    if (known !== undefined) return known;
    const text = JSON.stringify(schema);
    const made = { key: createHash('sha256').update(text).digest('base64url'), text };
    if (typeof schema === 'object') this.#texts.set(schema, made);
    return made;
  }
}

/** Null for what is nested so deeply that it cannot be written. */
function jsonOf(value: JsonValue): string | null {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (isError(error) && error.name === 'RangeError') return null;
    throw error;
  }
}
