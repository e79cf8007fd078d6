/**
 * What is counted, in the order of the columns: jobs by the phase that they are in now, attempts that ended, and what
 * they spent. Costs are micro-dollars. `wasted_tokens` (input and output) and `wasted_cost` are the part of what was
 * spent by attempts without a result.
 */
export const USAGE_FIGURES = [
  'waiting',
  'processing',
  'completed',
  'failed',
  'cancelled',
  'attempts',
  'input_tokens',
  'output_tokens',
  'embedding_tokens',
  'structured_output_tokens',
  'rag_chunks',
  'cost',
  'wasted_tokens',
  'wasted_cost',
] as const;

export type UsageFigure = (typeof USAGE_FIGURES)[number];

/** Whole numbers of any size: a sum of many attempts may be larger than what a double or 64 bits hold. */
export type UsageFigures = Readonly<Record<UsageFigure, bigint>>;

export function figuresOf(of: (figure: UsageFigure) => bigint): UsageFigures {
  const figures: Partial<Record<UsageFigure, bigint>> = {};
  for (const figure of USAGE_FIGURES) figures[figure] = of(figure);
  // Each name is there, for the list holds all of them.
  return figures as UsageFigures;
}

export const NO_FIGURES: UsageFigures = figuresOf(() => 0n);

export function sumOfFigures(all: readonly Partial<UsageFigures>[]): UsageFigures {
  const sum = { ...NO_FIGURES };
  for (const figures of all) {
    for (const figure of USAGE_FIGURES) sum[figure] += figures[figure] ?? 0n;
  }
  return sum;
}
