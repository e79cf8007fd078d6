export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What is left out is 0. `cost_usd`: dollars as a string, with at most 6 digits after the point. */
export interface Usage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly embedding_tokens?: number;
  readonly structured_output_tokens?: number;
  readonly rag_chunks?: number;
  readonly cost_usd?: string;
}

/** A job as a lease hands it out; `job` has more members, which this worker does not need. */
export interface Lease {
  readonly lease_token: string;
  readonly attempt: number;
  readonly job: { readonly id: string; readonly policy_type: string };
  readonly input: { readonly [name: string]: Json };
}

/** What the work may say while it runs. */
export interface Task {
  /** Fires when the work is worth nothing any more: the job was cancelled, the lease lost, or the worker has to go. */
  readonly signal: AbortSignal;
  /** Shows how far it is, 0 to 100. */
  progress(percent: number, message?: string): Promise<void>;
  /** What this attempt has spent so far, in all. It is recorded however the attempt ends. */
  spent(usage: Usage): void;
}

/** The work itself: returns the job's result, or throws `WorkFailed`. */
export type Work = (lease: Lease, task: Task) => Promise<Json>;

/** An attempt that failed; any other error counts as one that may be retried. */
export class WorkFailed extends Error {
  override readonly name = 'WorkFailed';
  readonly code: string;
  /** Whether another attempt may do better. */
  readonly retryable: boolean;

  constructor(code: string, message: string, { retryable }: { retryable: boolean }) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
}
