/** What Keyledger sends. */
export interface KeyledgerEvent {
  /** The same as the header `webhook-id`: on every retry, at every endpoint. */
  readonly id: string;
  /** Such as `job.completed`. */
  readonly type: string;
  /** When it happened, RFC 3339. */
  readonly timestamp: string;
  readonly org_id: string;
  /** Numbers what this endpoint is sent from 1 without a gap; null for a test and for what is older than the endpoint. */
  readonly sequence: number | null;
  /** The object as `GET` shows it right after the event. */
  readonly data: Readonly<Record<string, unknown>>;
}
