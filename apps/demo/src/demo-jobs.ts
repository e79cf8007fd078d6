import { pause } from '#libs/lifecycle';
import { documentOf, policyTypeBy, type Random } from './demo-documents.js';
import type { DemoKey } from './demo-keys.js';

/** Of each hundred jobs, how many are cancelled, and how many are for later. */
const CANCELLED = 0.04;
const LATER = 0.05;
const LATER_BY_SECONDS = 30;

/** The jobs of one run: those that its own keys have submitted. */
export class DemoJobs {
  #submitted = 0;

  constructor(
    private readonly submitters: readonly DemoKey[],
    private readonly random: Random,
  ) {}

  get submitted(): number {
    return this.#submitted;
  }

  /** Submits one, and sometimes thinks better of it. */
  async submitOne(): Promise<void> {
    const { random } = this;
    const submitter = this.submitters[Math.floor(random() * this.submitters.length)];
    if (submitter === undefined) return;
    const policyType = policyTypeBy(random);
    const later = random() < LATER ? { scheduled_for: Math.floor(Date.now() / 1_000) + LATER_BY_SECONDS } : {};
    const { id } = await submitter.api.call('POST', '/v1/jobs', {
      policy_type: policyType.type,
      input: documentOf(policyType, random),
      metadata: { batch: `batch-${1 + Math.floor(this.#submitted / 25)}` },
      ...later,
    });
    this.#submitted++;
    // Of a job that is done meanwhile the answer is 409 `job_finished`.
    if (random() < CANCELLED) await submitter.api.ask('POST', `/v1/jobs/${String(id)}/cancel`, {});
  }

  /** How many there are by status. */
  async byStatus(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { status } of await this.#list('')) counts.set(status, (counts.get(status) ?? 0) + 1);
    return counts;
  }

  async open(): Promise<number> {
    return (await this.#list('&status=pending,queued,processing')).length;
  }

  /** Cancels what has not ended. @returns how many */
  async cancelOpen(): Promise<number> {
    const open = await this.#list('&status=pending,queued,processing');
    for (const { id, submitter } of open) await submitter.api.ask('POST', `/v1/jobs/${id}/cancel`, {});
    return open.length;
  }

  /** Waits until all have ended, no longer than that; `tell` hears about each look. */
  async allEnded(withinMs: number, tell: (open: number) => void, stop: AbortSignal): Promise<void> {
    for (const deadline = performance.now() + withinMs; performance.now() < deadline; await pause(1_000, stop)) {
      const open = await this.open();
      tell(open);
      if (open === 0 || stop.aborted) return;
    }
  }

  async #list(filter: string): Promise<readonly ListedJob[]> {
    const jobs: ListedJob[] = [];
    for (const submitter of this.submitters) {
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const body = await submitter.api.call('GET', `/v1/jobs?key_id=${submitter.id}&limit=200${filter}${page}`);
        const { data, next_cursor: next } = body as unknown as JobPage;
        jobs.push(...data.map((job) => ({ ...job, submitter })));
        cursor = next;
      }
    }
    return jobs;
  }
}

interface JobPage {
  readonly data: readonly { readonly id: string; readonly status: string }[];
  readonly next_cursor: string | null;
}

type ListedJob = JobPage['data'][number] & { readonly submitter: DemoKey };
