import { count, objectOf, seconds } from '../http/json-schema.js';
import type { JsonSchema } from '../http/route-contract.js';

const countOf = (description: string): JsonSchema => ({ ...count, description });
const cost: JsonSchema = { type: 'string', pattern: '^\\d+\\.\\d{6}$', description: 'Exact, with six places.' };

const sums = {
  jobs: countOf('Jobs submitted then.'),
  attempts: countOf('Attempts that ended then.'),
  input_tokens: countOf('What attempts spent is of the moment when their end, or what they said later, was recorded.'),
  output_tokens: countOf('As above.'),
  total_tokens: countOf('Input and output.'),
  embedding_tokens: countOf('As above.'),
  structured_output_tokens: countOf('As above.'),
  rag_chunks: countOf('As above.'),
  cost_usd: cost,
  wasted: {
    ...objectOf({ total_tokens: countOf('Input and output.'), cost_usd: cost }),
    description: 'The part of it that attempts without a result spent.',
  },
};

const group = (description: string): JsonSchema => ({
  type: 'string',
  description: `${description} Where grouped by it.`,
});

export const usageSchema: JsonSchema = objectOf({
  period: objectOf({ from: seconds('From then on.'), to: seconds('Until before then.') }),
  totals: objectOf(sums),
  by_source: objectOf({ web: objectOf(sums), api: objectOf(sums) }),
  jobs: {
    ...objectOf({
      pending: countOf('Waiting for their time or their next attempt.'),
      queued: countOf('Due.'),
      processing: countOf('In the hands of a worker.'),
      completed: countOf('With a result.'),
      failed: countOf('After their last attempt.'),
      cancelled: countOf('Called off.'),
    }),
    description: 'Jobs submitted in the period, by their status now.',
  },
  data: {
    type: 'array',
    description: 'Ascending; no bucket in which nothing was.',
    items: objectOf(
      {
        bucket_at: seconds('When the hour, day or month begins, be it before the period.'),
        policy_type: group('Of the jobs.'),
        source: {
          enum: ['api', 'web'],
          description: 'Who submitted the jobs: a key or a person. Where grouped by it.',
        },
        key_id: {
          type: ['string', 'null'],
          description: 'The key that submitted the jobs, null where a person did. Where grouped by it.',
        },
        ...sums,
      },
      ['bucket_at', ...Object.keys(sums)],
    ),
  },
});
