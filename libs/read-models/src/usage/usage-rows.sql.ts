import { USAGE_FIGURES } from './usage-figures.js';

const SPENT = ['input_tokens', 'output_tokens', 'embedding_tokens', 'structured_output_tokens', 'rag_chunks', 'cost'];
const PHASES = ['waiting', 'processing', 'completed', 'failed', 'cancelled'];

/**
 * The sums of each range of a cover by groups. Every range is looked up by itself: joined in any other way, the planner,
 * which cannot know how few rows a range has, reads all that there are and sorts them on disk.
 *
 * $1 organization; $2 the only key or null; whether to group by policy type ($3) and key ($4); $5 most rows; the ranges:
 * $6 the start of the hour, day or month that they are of, $7 from, $8 to, $9 what kind.
 */
const sumsOf = (part: string): string => `
  select bucket_at, sums.*
  from unnest($6::bigint[], $7::bigint[], $8::bigint[], $9::int[]) as range (bucket_at, from_at, to_at, kind)
  cross join lateral (
    select case when $3::boolean then policy_type end as policy_type, source,
      case when $4::boolean then key_id end as key_id,
      ${USAGE_FIGURES.map((figure) => `sum(${figure}) as ${figure}`).join(', ')}
    from (${part}) as part
    where $2::text is null or key_id = $2
    group by 1, 2, 3
  ) as sums
  limit $5`;

/** A range's kind is the width of its buckets. $10: whether those that are told apart by policy type and key. */
export const USAGE_OF_BUCKETS = sumsOf(`
  select policy_type, source, key_id, ${USAGE_FIGURES.join(', ')}
  from read_models.usage_buckets
  where org_id = $1 and width = range.kind and grouped = $10::boolean and starts_at >= from_at and starts_at < to_at`);

/** A range's kind is whether to add it (1) or to take it off (-1). */
export const USAGE_OF_INSTANTS = sumsOf(`
  select policy_type, source, key_id, ${PHASES.map((phase) => `0 as ${phase}`).join(', ')},
    case when late then 0 else kind end as attempts,
    ${SPENT.map((figure) => `${figure}::numeric * kind as ${figure}`).join(', ')},
    case when wasted then (input_tokens::numeric + output_tokens) * kind else 0 end as wasted_tokens,
    case when wasted then cost::numeric * kind else 0 end as wasted_cost
  from read_models.usage_attempts
  where org_id = $1 and at >= from_at and at < to_at
union all
  select policy_type, source, key_id, ${PHASES.map((phase) => `case phase when '${phase}' then kind else 0 end`).join(', ')},
    0, ${SPENT.map(() => '0').join(', ')}, 0, 0
  from read_models.usage_jobs
  where org_id = $1 and created_at >= from_at and created_at < to_at`);
