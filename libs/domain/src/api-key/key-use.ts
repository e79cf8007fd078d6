/** One key and the second of its last use. A use is no event: it is written down now and then, beside the log. */
export interface KeyUse {
  readonly keyId: string;
  /** Unix seconds. */
  readonly at: number;
}
