import { exactInteger, type ExactInteger } from '../exact-integer.js';
import { fromMicroDollars, toMicroDollars } from './micro-dollars.js';
import type { Usage } from './usage.js';

/** As `Usage`, of any number of attempts. */
export type SummedUsage = Readonly<Record<Exclude<keyof Usage, 'cost_usd'>, ExactInteger>> & Pick<Usage, 'cost_usd'>;

/** What all of them have cost together, to the last token and the last millionth of a dollar. */
export function sumOfUsage(usages: readonly Usage[]): SummedUsage {
  const sum = (figure: (usage: Usage) => number): ExactInteger =>
    exactInteger(usages.reduce((total, usage) => total + BigInt(figure(usage)), 0n));
  return {
    input_tokens: sum((usage) => usage.input_tokens),
    output_tokens: sum((usage) => usage.output_tokens),
    embedding_tokens: sum((usage) => usage.embedding_tokens),
    structured_output_tokens: sum((usage) => usage.structured_output_tokens),
    rag_chunks: sum((usage) => usage.rag_chunks),
    cost_usd: fromMicroDollars(usages.reduce((total, { cost_usd }) => total + toMicroDollars(cost_usd), 0n)),
  };
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
