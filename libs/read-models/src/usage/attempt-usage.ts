import { NO_USAGE, toMicroDollars, type JobEvent, type Recorded, type Usage } from '#libs/domain';
import type { UsageFigures } from './usage-figures.js';
import type { UsageGroups, UsageJob } from './usage-job.js';

/** The end of an attempt, or what it said too late that it had spent; of the moment at which that was recorded. */
export interface AttemptUsage extends UsageGroups {
  readonly orgId: string;
  readonly jobId: string;
  readonly attempt: number;
  /** It had ended before: no attempt more, but spent all the same. */
  readonly late: boolean;
  /** Unix milliseconds. */
  readonly at: number;
  readonly usage: Usage;
  /** Spent without a result. */
  readonly wasted: boolean;
}

/** Null for an event that ends no attempt and spends nothing. */
export function attemptUsage(job: UsageJob, event: Recorded<JobEvent>): AttemptUsage | null {
  const of = (attempt: number, usage: Usage, { wasted = true, late = false } = {}): AttemptUsage => ({
    ...{ orgId: job.orgId, policyType: job.policyType, source: job.source, keyId: job.keyId },
    ...{ jobId: job.id, attempt, late, at: Date.parse(event.metadata.occurred_at), usage, wasted },
  });
  switch (event.type) {
    case 'job.completed':
      return of(event.data.attempt, event.data.usage, { wasted: false });
    case 'job.attempt_failed':
      return of(event.data.attempt, event.data.usage);
    // What these spent is not known yet, and perhaps never will be.
    case 'job.lease_expired':
      return of(event.data.attempt, NO_USAGE);
    case 'job.cancelled':
      return event.data.attempt === null ? null : of(event.data.attempt, NO_USAGE);
    case 'job.usage_recorded':
      return of(event.data.attempt, event.data.usage, { late: true });
    case 'job.submitted':
    case 'job.leased':
    case 'job.progressed':
    case 'job.failed':
    case 'job.retried':
      return null;
  }
}

/** What it adds to every sum that it belongs to. */
export function figuresOfAttempt({ usage, late, wasted }: AttemptUsage): Partial<UsageFigures> {
  const [input, output] = [BigInt(usage.input_tokens), BigInt(usage.output_tokens)];
  const cost = toMicroDollars(usage.cost_usd);
  return {
    attempts: late ? 0n : 1n,
    input_tokens: input,
    output_tokens: output,
    embedding_tokens: BigInt(usage.embedding_tokens),
    structured_output_tokens: BigInt(usage.structured_output_tokens),
    rag_chunks: BigInt(usage.rag_chunks),
    cost,
    ...(wasted ? { wasted_tokens: input + output, wasted_cost: cost } : {}),
  };
}
