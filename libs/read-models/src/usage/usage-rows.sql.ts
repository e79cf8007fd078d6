import { USAGE_FIGURES } from './usage-figures.js';

const SPENT = ['input_tokens', 'output_tokens', 'embedding_tokens', 'structured_output_tokens', 'rag_chunks', 'cost'];
const PHASES = ['waiting', 'processing', 'completed', 'failed', 'cancelled'];

/**
 * The sums by groups of each hour, day or month of the answer. Every range of its cover is looked up by itself (`offset 0`
 * keeps it so): joined in any other way, the planner, which cannot know how few rows a range has, reads all that there are
 * and sorts them on disk. And each is summed up by itself, so that `limit` bounds the work too.
 *
 * $1 organization; $2 the only key or null; whether to group by policy type ($3) and key ($4); $5 most rows; $6 the starts
 * of those hours, days or months, with the first ($7) and the last ($8) of the ranges that each has; the ranges: $9 from,
 * $10 to, $11 what kind, $12 how much of it is of that hour, day or month, and how much of each that follows.
 */
const sumsOf = (part: string): string => `
  select sums.*
  from unnest($6::bigint[], $7::int[], $8::int[]) as bucket (bucket_at, first, last)
  cross join lateral (
    select bucket.bucket_at + later as bucket_at, case when $3::boolean then policy_type end as policy_type, source,
      case when $4::boolean then key_id end as key_id,
      ${USAGE_FIGURES.map((figure) => `sum(${figure}) as ${figure}`).join(', ')}
    from unnest(($9::bigint[])[first:last], ($10::bigint[])[first:last], ($11::int[])[first:last], ($12::bigint[])[first:last])
      as range (from_at, to_at, kind, step)
    cross join lateral (${part} offset 0) as part
    group by 1, 2, 3, 4
  ) as sums
  limit $5`;

const ONLY_KEY = '($2::text is null or key_id = $2)';

/** A range's kind is the width of its buckets. $13: whether those that are told apart by policy type and key. */
export const USAGE_OF_BUCKETS = sumsOf(`
  select (starts_at - from_at) / step * step as later, policy_type, source, key_id, ${USAGE_FIGURES.join(', ')}
  from read_models.usage_buckets
  where org_id = $1 and width = kind and grouped = $13::boolean and starts_at >= from_at and starts_at < to_at
    and ${ONLY_KEY}`);

/** A range's kind is whether to add it (1) or to take it off (-1). */
export const USAGE_OF_INSTANTS = sumsOf(`
  select 0 as later, policy_type, source, key_id, ${PHASES.map((phase) => `0 as ${phase}`).join(', ')},
    case when late then 0 else kind end as attempts,
    ${SPENT.map((figure) => `${figure}::numeric * kind as ${figure}`).join(', ')},
    case when wasted then (input_tokens::numeric + output_tokens) * kind else 0 end as wasted_tokens,
    case when wasted then cost::numeric * kind else 0 end as wasted_cost
  from read_models.usage_attempts
  where org_id = $1 and at >= from_at and at < to_at and ${ONLY_KEY}
union all
  select 0, policy_type, source, key_id, ${PHASES.map((phase) => `case phase when '${phase}' then kind else 0 end`).join(', ')},
    0, ${SPENT.map(() => '0').join(', ')}, 0, 0
  from read_models.usage_jobs
  where org_id = $1 and created_at >= from_at and created_at < to_at and ${ONLY_KEY}`);
