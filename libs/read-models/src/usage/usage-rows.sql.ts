import { USAGE_FIGURES } from './usage-figures.js';

const SPENT = ['input_tokens', 'output_tokens', 'embedding_tokens', 'structured_output_tokens', 'rag_chunks', 'cost'];
const PHASES = ['waiting', 'processing', 'completed', 'failed', 'cancelled'];

/** The sums of what is in `part`, by the hour, day or month that holds it and by groups. */
const SUMS = `
  select ($2::bigint[])[nth] as bucket_at, policy_type, source, key_id, ${USAGE_FIGURES.join(', ')}
  from (
    select width_bucket(second, $2::bigint[]) as nth, source, case when $3::boolean then policy_type end as policy_type,
      case when $4::boolean then key_id end as key_id,
      ${USAGE_FIGURES.map((figure) => `sum(${figure}) as ${figure}`).join(', ')}
    from part
    where $5::text is null or part.key_id = $5
    group by 1, 2, 3, 4
  ) as sums
  limit $6`;

/*
 * The two halves of a cover (see `coverPeriod`), a statement each: planned together, the few single attempts would be
 * taken for as many as there are, and the buckets sorted on disk for their sake.
 *
 * $1 organization, $2 where hours, days or months start; whether to group by policy type ($3) and key ($4); $5 the only
 * key or null; $6 most rows; then the ranges, from $7 to $8.
 */

/** $9: the widths of the buckets. */
export const USAGE_OF_BUCKETS = `
  with part as (
    select starts_at as second, policy_type, source, key_id, ${USAGE_FIGURES.join(', ')}
    from unnest($7::bigint[], $8::bigint[], $9::int[]) as range (from_at, to_at, width)
    join read_models.usage_buckets as bucket
      on bucket.org_id = $1 and bucket.width = range.width and starts_at >= from_at and starts_at < to_at
  ) ${SUMS}`;

/** $9: whether to add it or to take it off. */
export const USAGE_OF_INSTANTS = `
  with range as (
    select * from unnest($7::bigint[], $8::bigint[], $9::int[]) as range (from_at, to_at, sign)
  ), part as (
    select at / 1000 as second, policy_type, source, key_id, ${PHASES.map((phase) => `0 as ${phase}`).join(', ')},
      case when late then 0 else sign end as attempts,
      ${SPENT.map((figure) => `${figure}::numeric * sign as ${figure}`).join(', ')},
      case when wasted then (input_tokens::numeric + output_tokens) * sign else 0 end as wasted_tokens,
      case when wasted then cost::numeric * sign else 0 end as wasted_cost
    from range join read_models.usage_attempts as attempt on attempt.org_id = $1 and at >= from_at and at < to_at
  union all
    select created_at / 1000, policy_type, source, key_id,
      ${PHASES.map((phase) => `case phase when '${phase}' then sign else 0 end`).join(', ')},
      0, ${SPENT.map(() => '0').join(', ')}, 0, 0
    from range join read_models.usage_jobs as job on job.org_id = $1 and created_at >= from_at and created_at < to_at
  ) ${SUMS}`;
