import type { Usage } from '#libs/domain';
import { NO_USAGE } from '#libs/domain';
import { MembersField, TextField } from '../http/request-fields.js';

const optional = true;
const count = {
  problem: (value: unknown) =>
    Number.isSafeInteger(value) && Number(value) >= 0 ? null : 'must be a whole number that is not negative',
};
const COST = /^\d{1,12}(\.\d{1,6})?$/;
const countSchema = { type: 'integer', minimum: 0 };

export function LeaseTokenField(): PropertyDecorator {
  return TextField({ max: 1_024, min: 1, description: 'As the lease was given it.' });
}

/** What is left out is 0. */
export function UsageField(): PropertyDecorator {
  const cost = {
    problem: (value: unknown) =>
      typeof value === 'string' && COST.test(value)
        ? null
        : 'must be a string of at most 12 digits before the point and 6 after it, not negative',
  };
  return MembersField(
    {
      ...{ input_tokens: count, output_tokens: count, embedding_tokens: count, structured_output_tokens: count },
      ...{ rag_chunks: count, cost_usd: cost },
    },
    {
      optional,
      description: 'What the attempt spent.',
      schema: {
        ...{ input_tokens: countSchema, output_tokens: countSchema, embedding_tokens: countSchema },
        ...{ structured_output_tokens: countSchema, rag_chunks: countSchema },
        cost_usd: { type: 'string', pattern: COST.source },
      },
    },
  );
}

export function usageIn(sent: Partial<Usage> | undefined): Usage {
  return { ...NO_USAGE, ...sent };
}
