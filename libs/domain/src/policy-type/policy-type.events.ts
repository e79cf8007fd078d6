import type { FieldChange } from '../field-change.js';
import type { JsonObject } from '../json.js';

/*
 * The events of stream `policyType-{h}.{type}`: what kind of work an organization's jobs are of. Type names and field
 * names are storage formats.
 */

export type PolicyTypeDefaults = { readonly priority: number; readonly max_attempts: number };

export type PolicyTypeFacts = {
  readonly title: string;
  /** JSON Schema 2020-12; null: anything. */
  readonly input_schema: JsonObject | boolean | null;
  readonly result_schema: JsonObject | boolean | null;
  readonly defaults: PolicyTypeDefaults;
};

export type PolicyTypeCreated = {
  readonly type: 'policy_type.created';
  readonly data: { readonly policy_type: string } & PolicyTypeFacts;
};

/** The facts after it, whole; `changes` name what of them is new. */
export type PolicyTypeUpdated = {
  readonly type: 'policy_type.updated';
  readonly data: { readonly policy_type: string; readonly changes: readonly FieldChange[] } & PolicyTypeFacts;
};

export type PolicyTypeEvent = PolicyTypeCreated | PolicyTypeUpdated;
