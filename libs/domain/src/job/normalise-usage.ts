import { DomainRejection } from '../domain-rejection.js';
import { fromMicroDollars, toMicroDollars } from './micro-dollars.js';
import type { Usage } from './usage.js';

/** The form of a cost: at most 12 digits before the point and 6 after. */
export const COST = /^\d{1,12}(?:\.\d{1,6})?$/;

/**
 * Usage as events keep it: whole numbers, and the cost with just its six places, so that equal usages are equal texts.
 * @throws DomainRejection `validation_failed` that names every field which is none
 */
export function normaliseUsage(usage: Usage): Usage {
  const counts = {
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    embedding_tokens: usage.embedding_tokens,
    structured_output_tokens: usage.structured_output_tokens,
    rag_chunks: usage.rag_chunks,
  };
  const fields = Object.entries(counts)
    .filter(([, count]) => !Number.isSafeInteger(count) || count < 0)
    .map(([name]) => ({ field: `usage.${name}`, message: 'must be a whole number that is not negative' }));
  if (!COST.test(usage.cost_usd)) {
    const message = 'must be a decimal with at most 12 digits before the point and 6 after';
    fields.push({ field: 'usage.cost_usd', message });
  }
  if (fields.length > 0) throw new DomainRejection('validation_failed', 'usage is no usage.', { fields });
  return { ...counts, cost_usd: fromMicroDollars(toMicroDollars(usage.cost_usd)) };
}
