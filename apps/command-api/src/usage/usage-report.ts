import { exactInteger, fromMicroDollars, toSeconds, type ExactInteger, type JobStatus } from '#libs/domain';
import { sumOfFigures, type UsageAnswer, type UsageFigures, type UsageRow } from '#libs/read-models';
import type { UsageGroup } from './usage-query.js';

/** Sums as the answer shows them, exact however large. */
export interface UsageSums {
  readonly jobs: number;
  readonly attempts: number;
  readonly input_tokens: ExactInteger;
  readonly output_tokens: ExactInteger;
  readonly total_tokens: ExactInteger;
  readonly embedding_tokens: ExactInteger;
  readonly structured_output_tokens: ExactInteger;
  readonly rag_chunks: ExactInteger;
  readonly cost_usd: string;
  readonly wasted: { readonly total_tokens: ExactInteger; readonly cost_usd: string };
}

export type UsageGroupValues = Partial<Readonly<Record<UsageGroup, string | null>>>;
export type UsageDataRow = { readonly bucket_at: number } & UsageGroupValues & UsageSums;

export interface UsageReport {
  /** Unix seconds. */
  readonly period: { readonly from: number; readonly to: number };
  readonly totals: UsageSums;
  readonly by_source: { readonly web: UsageSums; readonly api: UsageSums };
  readonly jobs: Readonly<Record<JobStatus, number>>;
  readonly data: readonly UsageDataRow[];
}

/** Everything that the answer says, from the same rows: what is divided adds up to what is not. */
export function usageReport(
  { rows, pending }: UsageAnswer,
  period: { readonly from: number; readonly to: number },
  groups: readonly UsageGroup[],
): UsageReport {
  const sumFrom = (name: string): UsageFigures =>
    sumOfFigures(rows.filter(({ source }) => source === name).map(({ figures }) => figures));
  const [web, api] = [sumFrom('web'), sumFrom('api')];
  const totals = sumOfFigures([web, api]);
  return {
    period: { from: toSeconds(period.from), to: toSeconds(period.to) },
    totals: sums(totals),
    by_source: { web: sums(web), api: sums(api) },
    jobs: {
      pending: Number(pending),
      queued: Number(totals.waiting - pending),
      processing: Number(totals.processing),
      completed: Number(totals.completed),
      failed: Number(totals.failed),
      cancelled: Number(totals.cancelled),
    },
    data: dataRows(rows, groups),
  };
}

/** In the order of the buckets, then of the groups as they were asked for. */
function dataRows(rows: readonly UsageRow[], groups: readonly UsageGroup[]): readonly UsageDataRow[] {
  const merged = new Map<string, { readonly at: number; readonly of: UsageGroupValues; figures: UsageFigures }>();
  for (const row of rows) {
    const values = { policy_type: row.policyType, source: row.source, key_id: row.keyId };
    const of = Object.fromEntries(groups.map((group) => [group, values[group]]));
    const name = JSON.stringify([row.bucketAt, of]);
    const known = merged.get(name);
    if (known === undefined) merged.set(name, { at: row.bucketAt, of, figures: row.figures });
    else known.figures = sumOfFigures([known.figures, row.figures]);
  }
  return [...merged.values()]
    .sort((one, other) => one.at - other.at || byGroups(one.of, other.of, groups))
    .map(({ at, of, figures }) => ({ bucket_at: at, ...of, ...sums(figures) }));
}

function byGroups(one: UsageGroupValues, other: UsageGroupValues, groups: readonly UsageGroup[]): number {
  for (const group of groups) {
    const [first, second] = [one[group] ?? '', other[group] ?? ''];
    if (first !== second) return first < second ? -1 : 1;
  }
  return 0;
}

function sums(figures: UsageFigures): UsageSums {
  const { waiting, processing, completed, failed, cancelled } = figures;
  return {
    jobs: Number(waiting + processing + completed + failed + cancelled),
    attempts: Number(figures.attempts),
    input_tokens: exactInteger(figures.input_tokens),
    output_tokens: exactInteger(figures.output_tokens),
    total_tokens: exactInteger(figures.input_tokens + figures.output_tokens),
    embedding_tokens: exactInteger(figures.embedding_tokens),
    structured_output_tokens: exactInteger(figures.structured_output_tokens),
    rag_chunks: exactInteger(figures.rag_chunks),
    cost_usd: fromMicroDollars(figures.cost),
    wasted: { total_tokens: exactInteger(figures.wasted_tokens), cost_usd: fromMicroDollars(figures.wasted_cost) },
  };
}
