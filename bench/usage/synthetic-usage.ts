export const JOBS = 1_000_000;
/** Of the first job, Unix seconds: a UTC midnight. */
export const FIRST_SECOND = 1_700_006_400;
const DAYS = 30;

const SUMS = ['input_tokens', 'output_tokens', 'embedding_tokens', 'structured_output_tokens', 'rag_chunks', 'cost'];

function bucketsOf(width: number, grouped: boolean): string {
  return `
    insert into read_models_usage_1.usage_buckets
    select org_id, ${width}, ${grouped}, at / 1000 / ${width} * ${width},
      ${grouped ? 'policy_type, source, key_id' : "'', source, ''"},
      0, 0, count(*), 0, 0, count(*), ${SUMS.map((sum) => `sum(${sum})`).join(', ')}, 0, 0
    from read_models_usage_1.usage_attempts group by 1, 2, 3, 4, 5, 6, 7`;
}

/**
 * As the owner: a million completed jobs of `org_0`, spread evenly, a fifth of them by people and the others by 10 keys,
 * each with one attempt that ended as it was submitted; and the buckets of them.
 */
export const syntheticUsage: readonly string[] = [
  `insert into read_models_usage_1.usage_jobs
   select 'org_0', 'job_' || lpad(n::text, 24, '0'), ${FIRST_SECOND * 1_000} + n * ${(DAYS * 86_400_000) / JOBS},
     'type_' || n % 4, case n % 5 when 0 then 'web' else 'api' end, case n % 5 when 0 then '' else 'ak_' || n % 97 % 10 end,
     'completed', null
   from generate_series(0::bigint, ${JOBS - 1}) as n`,
  `insert into read_models_usage_1.usage_attempts
   select org_id, created_at, job_id, 1, false, false, policy_type, source, key_id,
     1000 + created_at % 97, 300 + created_at % 89, created_at % 50, created_at % 7, created_at % 5, 12345 + created_at % 83
   from read_models_usage_1.usage_jobs`,
  ...[900, 3_600, 21_600, 86_400].flatMap((width) => [bucketsOf(width, true), bucketsOf(width, false)]),
  // As autovacuum does a minute later.
  'vacuum analyze read_models_usage_1.usage_jobs, read_models_usage_1.usage_attempts, read_models_usage_1.usage_buckets',
];
