import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, type ApiClient } from '#libs/testing';
import { CrashClient } from '../../../standalone/src/testing/crash-client.js';
import { CrashWorker } from '../../../standalone/src/testing/crash-worker.js';

const CLIENTS = 4;
const ENOUGH = 30;
const PAUSE_MS = 150;
const SETTLED_WITHIN_MS = 180_000;

const TYPES = { create: 'api_key.created', rotate: 'api_key.rotated', revoke: 'api_key.revoked' } as const;
/** What comes of it. */
export const TYPES_OF_LOAD = [...Object.values(TYPES), 'job.completed'];

export interface LoadOptions {
  /** Each anew for each request. */
  readonly admin: () => ApiClient;
  readonly operator: () => ApiClient;
}

/** Several clients and a worker that make keys and jobs change, and repeat what was not answered. */
export class Load {
  readonly #clients: readonly CrashClient[];
  readonly #worker: CrashWorker;
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LoadOptions) {
    this.#clients = Array.from({ length: CLIENTS }, (_, index) => new CrashClient(options.admin, `client ${index}`));
    this.#worker = new CrashWorker(options.operator);
  }

  async start(): Promise<void> {
    const { status } = await this.options.admin().request('PUT', '/v1/policy-types/auto', { body: { title: 'Auto' } });
    if (status !== 201) throw new Error(`the policy type was answered with ${status}`);
    this.#running = Promise.all([...this.#clients.map((client) => client.run()), this.#worker.run(), this.#submit()]);
    // Awaited by `stop`.
    this.#running.catch(() => undefined);
  }

  /** Until much more is acknowledged; what a dead process left marked is refused for up to 30 s. */
  async goesOn(): Promise<void> {
    const enough = this.acknowledged().length + ENOUGH;
    await eventually('more of the load', () => (this.acknowledged().length >= enough ? true : null));
  }

  /** @throws Error at an answer that no crash explains */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const one of [...this.#clients, this.#worker]) one.stop();
    await this.#running;
  }

  /** Everything that a client was told is done, as type and id of what receivers are told. */
  acknowledged(): readonly string[] {
    const keys = this.#clients.flatMap(({ acknowledged }) => acknowledged);
    return [
      ...keys.map(({ command, id }) => `${TYPES[command]} ${id}`),
      ...this.#worker.completed.map((id) => `job.completed ${id}`),
    ];
  }

  async #submit(): Promise<void> {
    for (; !this.#stopping; await delay(PAUSE_MS)) {
      const headers = { 'idempotency-key': randomUUID() };
      const body = { policy_type: 'auto', input: {}, max_attempts: 25 };
      const deadline = Date.now() + SETTLED_WITHIN_MS;
      for (let isTaken = false; !isTaken; await delay(PAUSE_MS)) {
        const answer = await this.options
          .admin()
          .post('/v1/jobs', body, headers)
          .catch(() => null);
        isTaken = answer?.status === 202;
        if (Date.now() > deadline) throw new Error('a job was never taken');
      }
    }
  }
}
