import { setTimeout as delay } from 'node:timers/promises';
import { HttpCalls } from '../create-key/http-calls.js';
import { JOB_INPUT, JOB_RESULT } from './bench-job.js';

interface LeaseAnswer {
  readonly data: readonly { readonly lease_token: string; readonly job: { readonly id: string } }[];
}

const SUBMISSION = JSON.stringify({ policy_type: 'bench', input: JOB_INPUT });
const USAGE = { input_tokens: 1_200, output_tokens: 300, cost_usd: '0.0123' };

/** A client and workers of one organization, over connections of their own. */
export class JobsOverHttp {
  readonly #submitting: HttpCalls;
  readonly #working: HttpCalls;

  constructor(url: string, admin: string, worker: string, connections: number) {
    this.#submitting = new HttpCalls(url, `Bearer ${admin}`, connections);
    this.#working = new HttpCalls(url, `Bearer ${worker}`, 2 * connections);
  }

  /** Makes the policy type, and returns the secret of a key that may work. */
  static async prepare(url: string, admin: string): Promise<string> {
    const calls = new HttpCalls(url, `Bearer ${admin}`, 1);
    try {
      const type = await calls.call('PUT', '/v1/policy-types/bench', {}, JSON.stringify({ title: 'Bench' }));
      const body = JSON.stringify({ name: 'worker', scopes: ['jobs:work'] });
      const key = await calls.call('POST', '/v1/api-keys', {}, body);
      if (type.status >= 300 || key.status !== 201) throw new Error(`not prepared: ${type.text} ${key.text}`);
      return (JSON.parse(key.text) as { secret: string }).secret;
    } finally {
      calls.close();
    }
  }

  /** @returns the job's id */
  async submit(): Promise<string> {
    const { status, text } = await this.#submitting.call('POST', '/v1/jobs', {}, SUBMISSION);
    if (status !== 202) throw new Error(`a job was not taken: ${status} ${text}`);
    return (JSON.parse(text) as { id: string }).id;
  }

  async lease(max: number, waitSeconds: number): Promise<LeaseAnswer['data']> {
    const body = JSON.stringify({ max, wait_seconds: waitSeconds, lease_seconds: 60 });
    const { status, text } = await this.#working.call('POST', '/v1/worker/leases', {}, body);
    if (status !== 200) throw new Error(`no leases: ${status} ${text}`);
    return (JSON.parse(text) as LeaseAnswer).data;
  }

  async complete({ job, lease_token }: LeaseAnswer['data'][number]): Promise<void> {
    const body = JSON.stringify({ lease_token, result: JOB_RESULT, usage: USAGE });
    const { status, text } = await this.#working.call('POST', `/v1/worker/jobs/${job.id}/complete`, {}, body);
    if (status !== 200) throw new Error(`a job was not completed: ${status} ${text}`);
  }

  /**
   * Whole jobs a second while so many clients submit, at most `ahead` more than are completed, and so many workers lease
   * `batch` at a time and complete each.
   */
  async rate(ms: number, workers: number, batch: number, ahead: number): Promise<number> {
    const started = performance.now();
    const isOver = (): boolean => performance.now() - started >= ms;
    let [submitted, completed, counted] = [0, 0, 0];
    const client = async (): Promise<void> => {
      while (!isOver()) {
        if (submitted - completed >= ahead) {
          await delay(2);
          continue;
        }
        submitted++;
        await this.submit();
      }
    };
    const worker = async (): Promise<void> => {
      while (!isOver() || completed < submitted) {
        const leases = await this.lease(batch, 1);
        await Promise.all(leases.map((lease) => this.complete(lease)));
        completed += leases.length;
        if (!isOver()) counted = completed;
      }
    };
    await Promise.all([...Array.from({ length: workers }, client), ...Array.from({ length: workers }, worker)]);
    return (counted / ms) * 1_000;
  }

  /** Milliseconds from sending each of so many submissions, one every `everyMs`, to the lease of it, by workers that wait. */
  async submitToLease(jobs: number, workers: number, everyMs: number): Promise<number[]> {
    const sentAt = new Map<string, number>();
    const leasedAt = new Map<string, number>();
    const worker = async (): Promise<void> => {
      while (leasedAt.size < jobs) {
        for (const lease of await this.lease(1, 5)) {
          leasedAt.set(lease.job.id, performance.now());
          await this.complete(lease);
        }
      }
    };
    const submit = async (): Promise<void> => {
      const sent = performance.now();
      sentAt.set(await this.submit(), sent);
    };
    const working = Array.from({ length: workers }, worker);
    await delay(1_000);
    const submissions: Promise<void>[] = [];
    for (let job = 0; job < jobs; job++) {
      submissions.push(submit());
      await delay(everyMs);
    }
    await Promise.all([...submissions, ...working]);
    return [...sentAt].map(([id, sent]) => (leasedAt.get(id) ?? Number.NaN) - sent).sort((a, b) => a - b);
  }

  close(): void {
    this.#submitting.close();
    this.#working.close();
  }
}
