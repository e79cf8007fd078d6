import type { SerialisedAppend } from './assert-appendable.js';
import { EventStoreUnavailable } from './errors.js';
import type { AppendResult } from './event-store.js';

/** An append that a caller waits for. It settles once: by its result, by its own error, or past its deadline. */
export class PendingAppend<Request extends SerialisedAppend = SerialisedAppend> {
  readonly #deadline: NodeJS.Timeout;
  #settled = false;
  #interruption: unknown = undefined;

  constructor(
    readonly request: Request,
    deadlineMs: number,
    private readonly caller: {
      readonly resolve: (result: AppendResult) => void;
      readonly reject: (error: unknown) => void;
    },
  ) {
    this.#deadline = setTimeout(() => this.#expire(deadlineMs), deadlineMs);
  }

  get settled(): boolean {
    return this.#settled;
  }

  resolve(result: AppendResult): void {
    this.#finish();
    this.caller.resolve(result);
  }

  reject(error: unknown): void {
    this.#finish();
    this.caller.reject(error);
  }

  /** Why it has taken so long, told to the caller should the deadline pass. */
  interruptedBy(error: unknown): void {
    this.#interruption = error;
  }

  #finish(): void {
    this.#settled = true;
    clearTimeout(this.#deadline);
  }

  #expire(deadlineMs: number): void {
    const { stream } = this.request;
    this.reject(
      new EventStoreUnavailable(`an append to ${stream} was not confirmed within ${deadlineMs} ms`, {
        cause: this.#interruption,
      }),
    );
  }
}
