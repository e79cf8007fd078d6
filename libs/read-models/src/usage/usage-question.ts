import type { Granularity } from './bucket-starts.js';
import type { UsageFigures } from './usage-figures.js';

export interface UsageQuestion {
  /** Unix milliseconds, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly granularity: Granularity;
  /** Of the IANA database. */
  readonly timeZone: string;
  /** Sources are always told apart. */
  readonly byPolicyType: boolean;
  readonly byKey: boolean;
  /** Only jobs submitted with this key; null: all. */
  readonly keyId: string | null;
}

/** What one group did in one hour, day or month, as far as the period has it. */
export interface UsageRow {
  /** When that begins, Unix seconds; it may be before the period does. */
  readonly bucketAt: number;
  /** Null where not grouped by it. */
  readonly policyType: string | null;
  readonly source: string;
  /** Null where not grouped by it, and where no key submitted the jobs. */
  readonly keyId: string | null;
  readonly figures: UsageFigures;
}

export interface UsageAnswer {
  /** In no order; none in which nothing was. */
  readonly rows: readonly UsageRow[];
  /** How many of the jobs that wait are not due yet. */
  readonly pending: bigint;
}
