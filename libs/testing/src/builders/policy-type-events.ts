import type { PolicyTypeCreated, PolicyTypeUpdated, Recorded } from '#libs/domain';
import { recorded, type Circumstances } from './recorded-event.js';

const FACTS = {
  ...{ policy_type: 'commercial_auto', title: 'Commercial auto', input_schema: null, result_schema: null },
  defaults: { priority: 5, max_attempts: 3 },
};

/** Type `commercial_auto` without schemas, with what is given. */
export function policyTypeCreated(
  data: Partial<PolicyTypeCreated['data']> = {},
  circumstances?: Circumstances,
): Recorded<PolicyTypeCreated> {
  return recorded({ type: 'policy_type.created', data: { ...FACTS, ...data } }, circumstances);
}

/** Its title changed to `Fleet`, or what is given. */
export function policyTypeUpdated(
  data: Partial<PolicyTypeUpdated['data']> = {},
  circumstances?: Circumstances,
): Recorded<PolicyTypeUpdated> {
  const changes = [{ field: 'title', before: 'Commercial auto', after: 'Fleet' }];
  return recorded({ type: 'policy_type.updated', data: { ...FACTS, title: 'Fleet', changes, ...data } }, circumstances);
}
