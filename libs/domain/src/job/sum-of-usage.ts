import { fromMicroDollars, toMicroDollars } from './micro-dollars.js';
import { NO_USAGE, type Usage } from './usage.js';

/** What all of them have cost together, to the last millionth of a dollar. */
export function sumOfUsage(usages: readonly Usage[]): Usage {
  return usages.reduce(
    (sum, usage) => ({
      input_tokens: sum.input_tokens + usage.input_tokens,
      output_tokens: sum.output_tokens + usage.output_tokens,
      embedding_tokens: sum.embedding_tokens + usage.embedding_tokens,
      structured_output_tokens: sum.structured_output_tokens + usage.structured_output_tokens,
      rag_chunks: sum.rag_chunks + usage.rag_chunks,
      cost_usd: fromMicroDollars(toMicroDollars(sum.cost_usd) + toMicroDollars(usage.cost_usd)),
    }),
    NO_USAGE,
  );
}

/** Whether both say the same, both normalised. */
export function isSameUsage(one: Usage, other: Usage): boolean {
  return (
    one.input_tokens === other.input_tokens &&
    one.output_tokens === other.output_tokens &&
    one.embedding_tokens === other.embedding_tokens &&
    one.structured_output_tokens === other.structured_output_tokens &&
    one.rag_chunks === other.rag_chunks &&
    one.cost_usd === other.cost_usd
  );
}
