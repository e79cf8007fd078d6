/** What does not fit: where, as a JSON pointer, and why, in words that never repeat the value. */
export interface ValueProblem {
  readonly field: string;
  readonly message: string;
}

/** What the thread is asked, one thing at a time. Schemas and values come as JSON, `key` is the digest of the schema's. */
export type SchemaRequest =
  | { readonly kind: 'check' | 'compile'; readonly key: string; readonly text: string }
  | { readonly kind: 'validate'; readonly key: string; readonly value: string; readonly pointer: string };

export type SchemaReply =
  | { readonly kind: 'usable' }
  | { readonly kind: 'unusable'; readonly problem: string }
  /** To a `validate`: the schema has to be compiled first. */
  | { readonly kind: 'not_compiled' }
  | { readonly kind: 'fits' }
  | { readonly kind: 'misfits'; readonly problems: readonly ValueProblem[] };

export interface ThreadMessage {
  /** Null once the thread is ready for the first request. */
  readonly reply: SchemaReply | null;
  /** Processor time that the thread has used so far. */
  readonly cpuMs: number;
}
