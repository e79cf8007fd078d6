import { CompiledQuery, type Transaction } from 'kysely';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import type { Cover, Range } from './cover-period.js';
import { figuresOf, sumOfFigures, USAGE_FIGURES, type UsageFigure } from './usage-figures.js';
import type { UsageQuestion, UsageRow } from './usage-question.js';
import { USAGE_OF_BUCKETS, USAGE_OF_INSTANTS } from './usage-rows.sql.js';

type StoredRow = Readonly<Record<UsageFigure | 'bucket_at' | 'source', string>> & {
  readonly policy_type: string | null;
  readonly key_id: string | null;
};

type Ranges = readonly (Range & { readonly kind: number; readonly step: number })[];
type Grouping = Pick<UsageQuestion, 'byPolicyType' | 'byKey' | 'keyId'>;

/** The sums of what the cover is made of; null where they are more than `limit` rows. */
export async function usageRows(
  transaction: Transaction<ReadModelTables>,
  orgId: string,
  { byPolicyType, byKey, keyId }: Grouping,
  { buckets, instants }: Cover,
  limit: number,
): Promise<readonly UsageRow[] | null> {
  const rowsOf = async (statement: string, ranges: Ranges, ...more: readonly boolean[]) => {
    const asked = [orgId, keyId, byPolicyType, byKey, limit + 1, ...bucketsOf(ranges)];
    const bounds = [ranges.map(({ from }) => from), ranges.map(({ to }) => to)];
    const kinds = [ranges.map(({ kind }) => kind), ranges.map(({ step }) => step)];
    return transaction.executeQuery<StoredRow>(CompiledQuery.raw(statement, [...asked, ...bounds, ...kinds, ...more]));
  };
  const ofBuckets = buckets.map((range) => ({ ...range, kind: range.width }));
  const within = await rowsOf(USAGE_OF_BUCKETS, ofBuckets, byPolicyType || byKey || keyId !== null);
  const ofInstants = instants.map((range) => ({ ...range, kind: range.sign, step: range.to - range.from }));
  const apart = await rowsOf(USAGE_OF_INSTANTS, ofInstants);
  if (within.rows.length > limit || apart.rows.length > limit) return null;
  return merged([...within.rows, ...apart.rows].map(usageRow));
}

/** The starts of the hours, days or months that ranges begin in, in their order, and the first and the last range of each. */
function bucketsOf(ranges: Ranges): readonly (readonly number[])[] {
  const firsts = ranges.flatMap(({ bucketAt }, n) => (bucketAt === ranges[n - 1]?.bucketAt ? [] : [{ bucketAt, n }]));
  return [
    firsts.map(({ bucketAt }) => bucketAt),
    firsts.map(({ n }) => n + 1),
    firsts.map((_, index) => firsts[index + 1]?.n ?? ranges.length),
  ];
}

/** One row for each bucket and group, without those of which nothing is left. */
function merged(rows: readonly UsageRow[]): readonly UsageRow[] {
  const byName = new Map<string, UsageRow>();
  for (const row of rows) {
    const name = JSON.stringify([row.bucketAt, row.policyType, row.source, row.keyId]);
    const known = byName.get(name);
    byName.set(name, known === undefined ? row : { ...row, figures: sumOfFigures([known.figures, row.figures]) });
  }
  return [...byName.values()].filter(({ figures }) => USAGE_FIGURES.some((figure) => figures[figure] !== 0n));
}

function usageRow(row: StoredRow): UsageRow {
  return {
    bucketAt: Number(row.bucket_at),
    policyType: row.policy_type,
    source: row.source,
    keyId: row.key_id === '' ? null : row.key_id,
    figures: figuresOf((figure) => BigInt(row[figure])),
  };
}
