/** What a benchmark is given. */
export interface BenchContext {
  /** The owner's URL of an empty database of its own, on a Postgres that flushes to disk. */
  readonly postgresUrl: string;
  /** Says how far it is; never on stdout. */
  readonly log: (line: string) => void;
}
