const NOTHING_SPENT = {
  ...{ input_tokens: 0, output_tokens: 0, embedding_tokens: 0, structured_output_tokens: 0, rag_chunks: 0 },
  cost_usd: '0.000000',
} as const;

const SPENT = {
  ...{ input_tokens: 1_200, output_tokens: 340, embedding_tokens: 0, structured_output_tokens: 85, rag_chunks: 4 },
  cost_usd: '0.012345',
} as const;

const RUNNING_ATTEMPT = {
  ...{ attempt: 1, worker_id: 'worker-1', started_at: 1_767_225_610, finished_at: null, outcome: null, error: null },
  ...{ usage: NOTHING_SPENT, duration_ms: null },
} as const;

const ENDED = { finished_at: 1_767_225_620, duration_ms: 10_000, usage: SPENT } as const;

const FAILURE = { code: 'ocr_timeout', message: 'The scanner did not answer.' } as const;

/** The job of the golden files, half done, and the two ways that it could go on. */
const HALF_DONE = {
  ...{ id: 'job_8Kq2LmZp4RtVwXyB6NcD1FgH', status: 'processing', policy_type: 'commercial_auto', source: 'api' },
  ...{ priority: 5, attempts: 1, max_attempts: 1, progress: { percent: 50, message: 'Read page 1 of 2' } },
  ...{ created_at: 1_767_225_600, scheduled_for: 1_767_225_605, next_attempt_at: null, started_at: 1_767_225_610 },
  ...{ finished_at: null, duration_ms: null, result: null, error: null, metadata: { case: 'A-17' } },
  ...{ key_id: 'ak_2YkLm3pQrStUvWxYz012', submitted_by: { type: 'api_key', id: 'ak_2YkLm3pQrStUvWxYz012' } },
  ...{ usage: NOTHING_SPENT, attempt_history: [RUNNING_ATTEMPT] },
} as const;

export const SAMPLE_JOBS = {
  'job.progress': HALF_DONE,
  'job.completed': {
    ...HALF_DONE,
    ...{ status: 'completed', ...ENDED, result: { premium: '1200.00', accepted: true } },
    attempt_history: [{ ...RUNNING_ATTEMPT, ...ENDED, outcome: 'completed' }],
  },
  'job.failed': {
    ...HALF_DONE,
    ...{ status: 'failed', ...ENDED, progress: { percent: 0, message: null }, error: FAILURE },
    attempt_history: [{ ...RUNNING_ATTEMPT, ...ENDED, outcome: 'failed', error: FAILURE }],
  },
} as const;
