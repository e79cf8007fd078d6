import type { JsonObject } from '../json.js';

/**
 * Says what one of an organization's policy types is, whole: what it was before does not show through. That a schema is
 * one, and one that can be used, is looked into before there is a command: no pure function could end a slow pattern.
 */
export interface PutPolicyType {
  readonly kind: 'PutPolicyType';
  readonly policyType: string;
  readonly title: string;
  /** JSON Schema 2020-12; null: anything. */
  readonly inputSchema: JsonObject | boolean | null;
  readonly resultSchema: JsonObject | boolean | null;
  /** What is left out is 5 and 3. */
  readonly defaults: { readonly priority?: number | undefined; readonly maxAttempts?: number | undefined };
  /** Unix milliseconds. */
  readonly now: number;
}
