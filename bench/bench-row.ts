/** One line of the benchmark's table. */
export interface BenchRow {
  /** What was measured, in words. */
  readonly path: string;
  readonly measured: number;
  readonly unit: string;
  /** What it is compared with, measured in the same run; null where the goal is absolute. */
  readonly yardstick: string | null;
  readonly yardstickValue: number | null;
  /** `measured` by `yardstickValue`. */
  readonly ratio: number | null;
  /** What must be reached, in words. */
  readonly goal: string;
  readonly met: boolean;
}
