import type { Decider } from '../decider.js';
import type { FieldChange } from '../field-change.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import { factsAskedFor, policyTypeFacts, policyTypeAfter } from './policy-type-facts.js';
import type { PutPolicyType } from './policy-type.commands.js';
import type { PolicyTypeEvent, PolicyTypeFacts } from './policy-type.events.js';
import type { PolicyTypeStreamState } from './policy-type.state.js';
import { isSameJson } from './same-json.js';

const FACTS = ['title', 'input_schema', 'result_schema', 'defaults'] as const;

/**
 * Stream `policyType-{h}.{type}`. A type is made by its first `PutPolicyType` and never goes away: there may be jobs of it.
 */
export const policyTypeDecider: Decider<PutPolicyType, PolicyTypeEvent, PolicyTypeStreamState> = {
  initialState: { orgId: null, policyType: null },

  /** @throws DomainRejection `validation_failed` */
  decide(command, { policyType: before }) {
    const asked = factsAskedFor(command);
    const name = { policy_type: command.policyType };
    if (before === null) return [{ type: 'policy_type.created', data: { ...name, ...asked } }];
    const changes = changesBetween(policyTypeFacts(before), asked);
    return changes.length === 0 ? [] : [{ type: 'policy_type.updated', data: { ...name, changes, ...asked } }];
  },

  evolve({ policyType: before }, event) {
    const isFirst = event.type === 'policy_type.created';
    if (isFirst !== (before === null)) throw new MalformedEvent(event.type, 'only the first event creates the type');
    const policyType = policyTypeAfter(event);
    if (before !== null && before.type !== policyType.type) throw new MalformedEvent(event.type, 'of another type');
    return { orgId: event.metadata.org_id, policyType };
  },
};

function changesBetween(before: PolicyTypeFacts, after: PolicyTypeFacts): readonly FieldChange[] {
  return FACTS.filter((field) => !isSameJson(before[field], after[field])).map((field) => ({
    field,
    before: before[field],
    after: after[field],
  }));
}
