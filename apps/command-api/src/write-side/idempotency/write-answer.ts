/** The answer to a write as it goes out, and as it is kept for a repeated request. */
export interface WriteAnswer {
  readonly status: 200 | 201 | 202 | 204;
  /** Null for 204. */
  readonly body: object | null;
  readonly location: string | null;
  /** The `X-Log-Position` token. */
  readonly logPosition: string;
  /** Whether this is an earlier request's answer again. */
  readonly replayed: boolean;
}
