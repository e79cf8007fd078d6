import { count, objectOf, seconds, secondsOrNull, text } from '../http/json-schema.js';
import type { JsonSchema } from '../http/route-contract.js';

export const usageSchema = objectOf({
  input_tokens: count,
  output_tokens: count,
  embedding_tokens: count,
  structured_output_tokens: count,
  rag_chunks: count,
  cost_usd: { type: 'string', pattern: '^\\d+\\.\\d{6}$', description: 'Exact, six places.' },
});

const error: JsonSchema = {
  oneOf: [objectOf({ code: text, message: text }), { type: 'null' }],
};
const durationOrNull: JsonSchema = { type: ['integer', 'null'], minimum: 0 };

const properties = {
  id: { type: 'string', pattern: '^job_[0-9A-Za-z]{24}$' },
  status: { enum: ['pending', 'queued', 'processing', 'completed', 'failed', 'cancelled'] },
  policy_type: text,
  source: { enum: ['api', 'web'], description: '`api`: submitted with a key; `web`: by a person.' },
  priority: { type: 'integer', minimum: 0, maximum: 9 },
  attempts: { ...count, description: 'Attempts begun.' },
  max_attempts: { type: 'integer', minimum: 1 },
  progress: objectOf({ percent: { type: 'number' }, message: { type: ['string', 'null'] } }),
  created_at: seconds('When it was submitted.'),
  scheduled_for: secondsOrNull('Not before, as asked for.'),
  next_attempt_at: secondsOrNull('While it is pending after an attempt that failed.'),
  started_at: secondsOrNull('When the first attempt began.'),
  finished_at: secondsOrNull('When it was completed, failed or cancelled.'),
  duration_ms: { ...durationOrNull, description: 'Time spent processing, summed over attempts.' },
  result: { description: 'What the worker answered; null before.' },
  error,
  metadata: { type: 'object', additionalProperties: true },
  key_id: { type: ['string', 'null'] },
  submitted_by: objectOf({ type: text, id: text }),
  usage: usageSchema,
} satisfies Readonly<Record<string, JsonSchema>>;

/** A job as lists show it. */
export const jobSchema: JsonSchema = objectOf(properties);

const attempt = objectOf({
  attempt: { type: 'integer', minimum: 1 },
  worker_id: { type: ['string', 'null'] },
  started_at: seconds('When it was leased.'),
  finished_at: secondsOrNull('When it ended.'),
  outcome: { enum: ['completed', 'failed', 'lease_expired', 'cancelled', null] },
  error,
  usage: usageSchema,
  duration_ms: durationOrNull,
});

/** The single job. */
export const jobInFullSchema: JsonSchema = objectOf({
  ...properties,
  attempt_history: { type: 'array', items: attempt },
});
