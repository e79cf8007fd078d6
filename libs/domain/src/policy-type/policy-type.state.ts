import type { JsonObject } from '../json.js';

/** One kind of work as its last event left it. */
export interface PolicyTypeState {
  readonly type: string;
  readonly title: string;
  /** JSON Schema 2020-12; null: anything. */
  readonly inputSchema: JsonObject | boolean | null;
  readonly resultSchema: JsonObject | boolean | null;
  /** Of a job that does not say itself. */
  readonly defaults: { readonly priority: number; readonly maxAttempts: number };
  /** Unix seconds. */
  readonly updatedAt: number;
}

/** Stream `policyType-{h}.{type}`; both are null before the first event. */
export interface PolicyTypeStreamState {
  readonly orgId: string | null;
  readonly policyType: PolicyTypeState | null;
}
