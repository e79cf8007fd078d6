import { sumOfFigures, USAGE_FIGURES, type UsageFigures } from './usage-figures.js';
import type { UsageGroups } from './usage-job.js';

/**
 * How long buckets last, seconds: a quarter of an hour, to which every offset of a time zone is a multiple; an hour; six
 * hours, of which a day that begins at any other hour has three; a UTC day.
 */
export const QUARTER = 900;
export const SIX_HOURS = 21_600;
export const BUCKET_WIDTHS = [86_400, SIX_HOURS, 3_600, QUARTER] as const;
export type BucketWidth = (typeof BUCKET_WIDTHS)[number];

/** What one organization's jobs of one group did in one span of time. */
export interface UsageBucket extends UsageGroups {
  readonly orgId: string;
  readonly width: BucketWidth;
  /** Told apart by policy type and key; else it is the sum of all that are, which most questions need no more than. */
  readonly grouped: boolean;
  /** Its start, Unix seconds: a multiple of its width. */
  readonly startsAt: number;
  readonly figures: UsageFigures;
}

type BucketKind = Pick<UsageBucket, 'width' | 'grouped'>;
type BucketName = UsageGroups & { readonly orgId: string };

/** Sums up what a page does to buckets of every kind, by quarters first: a page has few of those. */
export class UsageBuckets {
  readonly #quarters = new Map<string, UsageBucket>();

  /** @param at Unix milliseconds */
  add(of: BucketName, at: number, figures: Partial<UsageFigures>): void {
    sumUp(this.#quarters, of, { width: QUARTER, grouped: true }, Math.floor(at / 1_000), figures);
  }

  /** Those that changed. */
  changed(): readonly UsageBucket[] {
    return BUCKET_WIDTHS.flatMap((width) => [true, false].flatMap((grouped) => this.#changed({ width, grouped })));
  }

  #changed(kind: BucketKind): readonly UsageBucket[] {
    const buckets = new Map<string, UsageBucket>();
    for (const quarter of this.#quarters.values()) sumUp(buckets, quarter, kind, quarter.startsAt, quarter.figures);
    return [...buckets.values()].filter(({ figures }) => USAGE_FIGURES.some((figure) => figures[figure] !== 0n));
  }
}

function sumUp(
  buckets: Map<string, UsageBucket>,
  { orgId, policyType, source, keyId }: BucketName,
  kind: BucketKind,
  seconds: number,
  figures: Partial<UsageFigures>,
): void {
  const startsAt = Math.floor(seconds / kind.width) * kind.width;
  const groups = kind.grouped ? { policyType, source, keyId } : { policyType: '', source, keyId: null };
  const name = JSON.stringify([orgId, startsAt, ...Object.values(groups)]);
  const sum = sumOfFigures([buckets.get(name)?.figures ?? {}, figures]);
  buckets.set(name, { orgId, ...kind, startsAt, ...groups, figures: sum });
}
