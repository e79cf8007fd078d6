import { sumOfFigures, USAGE_FIGURES, type UsageFigures } from './usage-figures.js';
import type { UsageGroups } from './usage-job.js';

/** How long buckets last, seconds: a quarter of an hour, to which every offset of a time zone is a multiple; an hour; a UTC day. */
export const QUARTER = 900;
export const BUCKET_WIDTHS = [86_400, 3_600, QUARTER] as const;
export type BucketWidth = (typeof BUCKET_WIDTHS)[number];

/** What one organization's jobs of one group did in one span of time. */
export interface UsageBucket extends UsageGroups {
  readonly orgId: string;
  readonly width: BucketWidth;
  /** Its start, Unix seconds: a multiple of its width. */
  readonly startsAt: number;
  readonly figures: UsageFigures;
}

type BucketName = UsageGroups & { readonly orgId: string };

/** Sums up what a page does to buckets of every width, by quarters first: a page has few of those. */
export class UsageBuckets {
  readonly #quarters = new Map<string, UsageBucket>();

  /** @param at Unix milliseconds */
  add(of: BucketName, at: number, figures: Partial<UsageFigures>): void {
    sumUp(this.#quarters, of, QUARTER, Math.floor(at / 1_000), figures);
  }

  /** Those that changed. */
  changed(): readonly UsageBucket[] {
    return BUCKET_WIDTHS.flatMap((width) => {
      const buckets = new Map<string, UsageBucket>();
      for (const quarter of this.#quarters.values()) {
        sumUp(buckets, quarter, width, quarter.startsAt, quarter.figures);
      }
      return [...buckets.values()].filter(({ figures }) => USAGE_FIGURES.some((figure) => figures[figure] !== 0n));
    });
  }
}

function sumUp(
  buckets: Map<string, UsageBucket>,
  { orgId, policyType, source, keyId }: BucketName,
  width: BucketWidth,
  seconds: number,
  figures: Partial<UsageFigures>,
): void {
  const startsAt = Math.floor(seconds / width) * width;
  const name = JSON.stringify([orgId, startsAt, policyType, source, keyId]);
  const sum = sumOfFigures([buckets.get(name)?.figures ?? {}, figures]);
  buckets.set(name, { orgId, policyType, source, keyId, width, startsAt, figures: sum });
}
