import { csvCell } from '../http/csv-cell.js';
import type { UsageGroup } from './usage-query.js';
import type { UsageDataRow } from './usage-report.js';

const SUMS = [
  'jobs',
  'attempts',
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'embedding_tokens',
  'structured_output_tokens',
  'rag_chunks',
  'cost_usd',
] as const;

/** The rows as CSV (RFC 4180, so lines end in CR LF) under their names. */
export function usageCsv(rows: readonly UsageDataRow[], groups: readonly UsageGroup[]): string {
  const head = ['bucket_at', ...groups, ...SUMS, 'wasted_total_tokens', 'wasted_cost_usd'];
  const lines = rows.map(({ bucket_at, wasted, ...row }) => [
    ...[bucket_at, ...groups.map((group) => row[group] ?? null), ...SUMS.map((name) => row[name])],
    ...[wasted.total_tokens, wasted.cost_usd],
  ]);
  return [head, ...lines].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}
