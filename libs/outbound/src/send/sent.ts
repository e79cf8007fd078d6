export type SendErrorClass = 'dns' | 'connect' | 'tls' | 'timeout' | 'redirect' | 'status' | 'blocked' | 'reset';

export interface SendRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  /** The bytes that were signed. */
  readonly body: Buffer;
  /** Gives the send up: what it resolves to is then `aborted`. */
  readonly signal?: AbortSignal;
}

/** What became of one attempt. */
export interface Sent {
  readonly durationMs: number;
  /** Also where the answer broke off behind its headers. */
  readonly responseStatus: number | null;
  /** Null for an answer of 2xx that came whole, and for nothing else. */
  readonly errorClass: SendErrorClass | null;
  /** The first 4 KiB as text that Postgres stores; null where no answer came. Whatever a stranger wrote. */
  readonly responseBody: string | null;
  /** From the answer's `Retry-After`, whatever its status. */
  readonly retryAfterSeconds: number | null;
  /** By the signal or by `close`: this counts as no attempt, whatever the rest says. */
  readonly aborted: boolean;
}
