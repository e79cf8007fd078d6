import type { JsonSchema } from '../http/route-contract.js';

const object = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const count = (description: string): JsonSchema => ({ type: 'integer', minimum: 0, description });
const cost: JsonSchema = { type: 'string', pattern: '^\\d+\\.\\d{6}$', description: 'Exact, with six places.' };
const seconds = (description: string): JsonSchema => ({ type: 'integer', description: `${description} Unix seconds.` });

const sums = {
  jobs: count('Jobs submitted then.'),
  attempts: count('Attempts that ended then.'),
  input_tokens: count('What attempts spent is of the moment when their end, or what they said later, was recorded.'),
  output_tokens: count('As above.'),
  total_tokens: count('Input and output.'),
  embedding_tokens: count('As above.'),
  structured_output_tokens: count('As above.'),
  rag_chunks: count('As above.'),
  cost_usd: cost,
  wasted: {
    ...object({ total_tokens: count('Input and output.'), cost_usd: cost }),
    description: 'The part of it that attempts without a result spent.',
  },
};

const group = (description: string): JsonSchema => ({
  type: 'string',
  description: `${description} Where grouped by it.`,
});

export const usageSchema: JsonSchema = object({
  period: object({ from: seconds('From then on.'), to: seconds('Until before then.') }),
  totals: object(sums),
  by_source: object({ web: object(sums), api: object(sums) }),
  jobs: {
    ...object({
      pending: count('Waiting for their time or their next attempt.'),
      queued: count('Due.'),
      processing: count('In the hands of a worker.'),
      completed: count('With a result.'),
      failed: count('After their last attempt.'),
      cancelled: count('Called off.'),
    }),
    description: 'Jobs submitted in the period, by their status now.',
  },
  data: {
    type: 'array',
    description: 'Ascending; no bucket in which nothing was.',
    items: object(
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
      ['policy_type', 'source', 'key_id'],
    ),
  },
});
