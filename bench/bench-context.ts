/** What a benchmark is given. */
export interface BenchContext {
  /** The owner's URL of an empty database of its own, on a Postgres that flushes to disk. */
  readonly postgresUrl: string;
  /** `--jobs=N`: how many jobs there are at the end of the log whose length may not matter; default a million. */
  readonly mostJobs: number;
  /** Says how far it is; never on stdout. */
  readonly log: (line: string) => void;
}
