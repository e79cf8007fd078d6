import { sql, type Kysely, type Transaction } from 'kysely';
import { inOrganization } from '#libs/postgres';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { bucketStarts } from './bucket-starts.js';
import { coverPeriod } from './cover-period.js';
import { BUCKET_WIDTHS, QUARTER, SIX_HOURS, type BucketWidth } from './usage-buckets.js';
import type { UsageAnswer, UsageQuestion } from './usage-question.js';
import { usageRows } from './usage-rows.js';

const DAY = 86_400;
const SOURCES = 2;
const NOTHING: UsageAnswer = { rows: [], pending: 0n };

/**
 * What an organization used in a period, all of it at one instant; null where the period has more than `limit` hours, days
 * or months, or these more than so many groups, sources aside.
 * @param now Unix milliseconds
 * @throws DatabaseUnavailable @throws RangeError for an unknown time zone
 */
export function readUsage(
  database: Kysely<ReadModelTables>,
  orgId: string,
  question: UsageQuestion,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<UsageAnswer | null> {
  const read = async (transaction: Transaction<ReadModelTables>): Promise<UsageAnswer | null> => {
    const kept = await keptUsage(transaction, orgId);
    if (kept === null) return NOTHING;
    // The period may be all the time that there is a form for.
    const [from, to] = [Math.max(question.from, kept.from * 1_000), Math.min(question.to, kept.to * 1_000)];
    if (from >= to) return NOTHING;
    const [first, end] = [Math.floor(from / 1_000 / QUARTER) * QUARTER, Math.ceil(to / 1_000 / QUARTER) * QUARTER];
    const starts = bucketStarts(question.timeZone, question.granularity, first, end);
    if (starts.length > limit) return null;
    const cover = coverPeriod(from, to, starts, now, kept.widths);
    const rows = await usageRows(transaction, orgId, question, cover, limit * SOURCES);
    if (rows === null) return null;
    return { rows, pending: await pendingJobs(transaction, orgId, { from, to, keyId: question.keyId }, now) };
  };
  return inOrganization(database, orgId, read, 'repeatable read');
}

interface KeptUsage {
  /** From the start of the first UTC day on which anything was to the end of the last, Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** Tables of version 1, which serve until they are rebuilt, have no buckets of six hours. */
  readonly widths: readonly BucketWidth[];
}

/** Null where nothing was. */
async function keptUsage(transaction: Transaction<ReadModelTables>, orgId: string): Promise<KeptUsage | null> {
  const { rows } = await sql<{ first: string | null; last: string | null; has_six_hours: boolean }>`
    select min(starts_at) as first, max(starts_at) as last,
      exists (select from read_models.usage_buckets where org_id = ${orgId} and width = ${SIX_HOURS}) as has_six_hours
    from read_models.usage_buckets
    where org_id = ${orgId} and width = ${DAY}`.execute(transaction);
  const { first = null, last = null, has_six_hours = false } = rows[0] ?? {};
  if (first === null || last === null) return null;
  const widths = BUCKET_WIDTHS.filter((width) => has_six_hours || width !== SIX_HOURS);
  return { from: Number(first), to: Number(last) + DAY, widths };
}

async function pendingJobs(
  transaction: Transaction<ReadModelTables>,
  orgId: string,
  { from, to, keyId }: Pick<UsageQuestion, 'from' | 'to' | 'keyId'>,
  now: number,
): Promise<bigint> {
  const { rows } = await sql<{ pending: string }>`
    select count(*) as pending from read_models.usage_jobs
    where org_id = ${orgId} and due_at > ${Math.floor(now / 1_000)} and created_at >= ${from} and created_at < ${to}
      and (${keyId}::text is null or key_id = ${keyId})`.execute(transaction);
  return BigInt(rows[0]?.pending ?? 0);
}
