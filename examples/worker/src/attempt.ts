import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, KeyledgerApi } from './keyledger-api.ts';
import { WorkFailed, type Json, type Lease, type Task, type Usage, type Work } from './work.ts';

export interface AttemptOptions {
  readonly api: KeyledgerApi;
  readonly leaseSeconds: number;
  /** Fires when the worker has to go and cannot wait for the work. */
  readonly giveUp: AbortSignal;
  readonly log: (line: string) => void;
}

/** A cancellation or a lost lease: nobody waits for this attempt's result any more. */
class NotOurs extends Error {}

/** How long what was spent is offered to a server that does not answer, once the lease is gone. */
const LAST_WORD_MS = 5_000;

/** One attempt at one job: works, keeps the lease meanwhile, and reports how it ended. */
export class Attempt implements Task {
  readonly #lease: Lease;
  readonly #options: AttemptOptions;
  readonly #stopped = new AbortController();
  /** By our own clock, which may differ from the server's: a lease lasts from the moment of asking for it. */
  #leaseEndsAt: number;
  #usage: Usage = {};

  constructor(lease: Lease, options: AttemptOptions) {
    this.#lease = lease;
    this.#options = options;
    this.#leaseEndsAt = performance.now() + options.leaseSeconds * 1_000;
  }

  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  spent(usage: Usage): void {
    this.#usage = usage;
  }

  /** Progress is for people to see; that it could not be shown fails no attempt. */
  async progress(percent: number, message?: string): Promise<void> {
    const asked = performance.now();
    try {
      const until = (): number => Math.min(this.#leaseEndsAt, asked + 2_000);
      this.#heard(asked, await this.#post('progress', { percent, message }, until));
    } catch (error) {
      if (!this.signal.aborted) this.#log(`progress not shown: ${String(error)}`);
    }
    this.signal.throwIfAborted();
  }

  /** @param beatAtOnce where the lease may be older than it looks. Never throws. */
  async run(work: Work, beatAtOnce: boolean): Promise<void> {
    const reported = new AbortController();
    const beating = this.#beat(beatAtOnce ? 0 : this.#thirdMs, reported.signal);
    const stop = (): void => this.#stopped.abort(new WorkFailed('worker_stopped', 'Stopped.', { retryable: true }));
    this.#options.giveUp.addEventListener('abort', stop);
    if (this.#options.giveUp.aborted) stop();
    try {
      // The race ends an attempt whose work does not listen to its signal.
      const result = await Promise.race([work(this.#lease, this), rejection(this.signal)]);
      await this.#complete(result);
    } catch (error) {
      await this.#fail(error).catch((reason: unknown) => this.#log(String(reason)));
    } finally {
      this.#options.giveUp.removeEventListener('abort', stop);
      reported.abort();
      await beating;
    }
  }

  get #thirdMs(): number {
    return Math.floor((this.#options.leaseSeconds * 1_000) / 3);
  }

  /** A beat that is lost is made good by the next one: there are two more before the lease ends. */
  async #beat(firstMs: number, signal: AbortSignal): Promise<void> {
    for (let pauseMs = firstMs; ; pauseMs = this.#thirdMs) {
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || this.signal.aborted) return;
      const asked = performance.now();
      try {
        this.#heard(asked, await this.#post('heartbeat', {}, () => asked, signal));
      } catch (error) {
        if (signal.aborted) return;
        this.#log(`no heartbeat: ${String(error)}`);
        if (performance.now() > this.#leaseEndsAt) this.#stopped.abort(new NotOurs('lease lost, unheard'));
      }
    }
  }

  #heard(asked: number, { status, code, body }: Answer): void {
    const cancelled = (body as { cancel_requested?: boolean } | null)?.cancel_requested === true;
    if (status === 200 && !cancelled) this.#leaseEndsAt = asked + this.#options.leaseSeconds * 1_000;
    else if (cancelled) this.#stopped.abort(new NotOurs('cancelled'));
    else if (status === 409 || status === 404) this.#stopped.abort(new NotOurs(code ?? 'lost'));
  }

  async #complete(result: Json): Promise<void> {
    const answer = await this.#post('complete', { result, usage: this.#usage }, () => this.#leaseEndsAt);
    if (answer.status === 200) return this.#log('completed');
    if (answer.status === 409 || answer.status === 404) return this.#log(`dropped: ${answer.code}`);
    // Such as a result against the schema: it would be refused the next time as well.
    throw new WorkFailed(answer.code ?? 'refused', answer.message, { retryable: false });
  }

  async #fail(error: unknown): Promise<void> {
    const retryable = !(error instanceof WorkFailed) || error.retryable;
    const code = error instanceof WorkFailed ? error.code : 'worker_error';
    const message = error instanceof Error ? error.message : String(error);
    const isLost = error instanceof NotOurs;
    const lastWord = performance.now() + LAST_WORD_MS;
    // Of an attempt that is ours no more the report is refused, but what it spent is recorded.
    const body = {
      error: { code: code.slice(0, 200), message: message.slice(0, 2_000) },
      retryable,
      usage: this.#usage,
    };
    const answer = await this.#post('fail', body, () => (isLost ? lastWord : this.#leaseEndsAt));
    const dropped = `dropped: ${isLost ? message : answer.code}`;
    this.#log(answer.status === 200 ? `failed: ${code}: ${message}` : dropped);
  }

  #post(call: string, body: object, until: () => number, signal?: AbortSignal): Promise<Answer> {
    const { job, lease_token } = this.#lease;
    const patience = { until, signal, answerWithinMs: Math.min(this.#thirdMs, 10_000) };
    return this.#options.api.post(`/v1/worker/jobs/${job.id}/${call}`, { lease_token, ...body }, patience);
  }

  #log(line: string): void {
    this.#options.log(`${this.#lease.job.id} attempt ${this.#lease.attempt}: ${line}`);
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    if (signal.aborted) reject(signal.reason as Error);
  });
}
