import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient } from '#libs/testing';

/** A command that a client was told is done. */
export interface Acknowledged {
  readonly command: 'create' | 'rotate' | 'revoke';
  /** The key that was created, rotated or revoked. */
  readonly id: string;
  /** Rotate: the key that replaced it. */
  readonly rotatedTo: string | null;
  /** Its secret where the command made one. */
  readonly secret: string | null;
  readonly position: string;
  /** When the client was told. */
  readonly at: Date;
}

interface OwnKey {
  readonly id: string;
  readonly secret: string;
}

const PAUSE_MS = 100;
const SETTLED_WITHIN_MS = 180_000;

/**
 * A client written from the contract: it makes keys, rotates and revokes them, each with an `Idempotency-Key`, and
 * repeats a request until it gets an answer that settles it, through every crash in between.
 */
export class CrashClient {
  readonly acknowledged: Acknowledged[] = [];
  #keys: OwnKey[] = [];
  #stopping = false;

  constructor(
    /** Anew for each request, because a restart makes a new session. */
    private readonly client: () => ApiClient,
    private readonly name: string,
  ) {}

  /** Works until `stop`, then finishes the command in hand. @throws Error at an answer that no crash explains */
  async run(): Promise<void> {
    while (!this.#stopping) await this.#next();
  }

  stop(): void {
    this.#stopping = true;
  }

  async #next(): Promise<void> {
    const index = randomInt(Math.max(this.#keys.length, 1));
    const key = this.#keys[index];
    const choice = randomInt(4);
    if (key === undefined || choice === 0) return this.#create();
    this.#keys.splice(index, 1);
    return choice === 1 ? this.#revoke(key) : this.#rotate(key);
  }

  async #create(): Promise<void> {
    const { body, position } = await this.#settle('/v1/api-keys', { name: this.name }, 201);
    const made = { id: String(body['id']), secret: String(body['secret']) };
    this.#keys.push(made);
    this.acknowledged.push({ command: 'create', ...made, rotatedTo: null, position, at: new Date() });
  }

  async #rotate({ id }: OwnKey): Promise<void> {
    const { body, position } = await this.#settle(`/v1/api-keys/${id}/rotate`, {}, 200);
    const made = { id: String(body['id']), secret: String(body['secret']) };
    this.#keys.push(made);
    this.acknowledged.push({
      command: 'rotate',
      id,
      rotatedTo: made.id,
      secret: made.secret,
      position,
      at: new Date(),
    });
  }

  async #revoke({ id }: OwnKey): Promise<void> {
    const { position } = await this.#settle(`/v1/api-keys/${id}/revoke`, { reason: 'left' }, 200);
    this.acknowledged.push({ command: 'revoke', id, rotatedTo: null, secret: null, position, at: new Date() });
  }

  async #settle(path: string, body: unknown, expected: number): Promise<{ body: ApiAnswer['body']; position: string }> {
    const idempotencyKey = randomUUID();
    for (const deadline = Date.now() + SETTLED_WITHIN_MS; Date.now() < deadline; await delay(PAUSE_MS)) {
      const answer = await this.client()
        .post(path, body, { 'idempotency-key': idempotencyKey })
        .catch(() => null);
      // No answer, an outage, or the mark of the process that died: each says to ask again.
      if (answer === null || answer.status === 503 || answer.text.includes('idempotency_in_flight')) continue;
      const position = answer.headers.get('x-log-position');
      if (answer.status === expected && position !== null) return { body: answer.body, position };
      throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
    }
    throw new Error(`POST ${path} was never settled`);
  }
}
