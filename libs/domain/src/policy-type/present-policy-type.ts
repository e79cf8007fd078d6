import type { PolicyTypeFacts } from './policy-type.events.js';
import type { PolicyTypeState } from './policy-type.state.js';
import { policyTypeFacts } from './policy-type-facts.js';

/** A policy type as every answer shows it. */
export type PresentedPolicyType = { readonly type: string } & PolicyTypeFacts & {
    /** Unix seconds. */
    readonly updated_at: number;
  };

export function presentPolicyType(policyType: PolicyTypeState): PresentedPolicyType {
  return { type: policyType.type, ...policyTypeFacts(policyType), updated_at: policyType.updatedAt };
}
