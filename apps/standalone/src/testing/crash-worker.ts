import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient } from '#libs/testing';

interface Leased {
  readonly lease_token: string;
  readonly attempt: number;
  readonly job: { readonly id: string };
}

/** What an attempt of these workers spends. */
export const SPENT = { input_tokens: 1, cost_usd: '0.000001' };

const SETTLED_WITHIN_MS = 180_000;

/**
 * A worker written from the contract: it completes most attempts and fails some, and repeats a report until it is
 * answered, through every crash in between.
 */
export class CrashWorker {
  /** Ids of the jobs whose completion was acknowledged. */
  readonly completed: string[] = [];
  /** Attempts of which a report was acknowledged. */
  reported = 0;
  #stopping = false;

  constructor(private readonly client: () => ApiClient) {}

  async run(): Promise<void> {
    while (!this.#stopping) {
      const answer = await this.client()
        .post('/v1/worker/leases', { max: 20, wait_seconds: 1, lease_seconds: 10 })
        .catch(() => null);
      if (answer?.status !== 200) {
        await delay(100);
        continue;
      }
      await Promise.all((answer.body['data'] as readonly Leased[]).map((leased) => this.#work(leased)));
    }
  }

  stop(): void {
    this.#stopping = true;
  }

  async #work({ lease_token, attempt, job: { id } }: Leased): Promise<void> {
    const fails = attempt === 1 && id.charCodeAt(id.length - 1) % 8 === 0;
    const answer = fails
      ? await this.#report(`/v1/worker/jobs/${id}/fail`, {
          lease_token,
          error: { code: 'e', message: 'm' },
          usage: SPENT,
        })
      : await this.#report(`/v1/worker/jobs/${id}/complete`, { lease_token, result: { id }, usage: SPENT });
    if (answer === null) return;
    this.reported++;
    if (!fails) this.completed.push(id);
  }

  /** Null where the lease was lost meanwhile. */
  async #report(path: string, body: unknown): Promise<ApiAnswer | null> {
    for (const deadline = Date.now() + SETTLED_WITHIN_MS; Date.now() < deadline; await delay(100)) {
      const answer = await this.client()
        .post(path, body)
        .catch(() => null);
      if (answer === null || answer.status === 503) continue;
      if (answer.status === 409 && answer.text.includes('lease_lost')) return null;
      if (answer.status !== 200) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
      return answer;
    }
    throw new Error(`POST ${path} was never settled`);
  }
}
