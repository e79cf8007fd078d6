import type { PolicyTypeEvent } from '../policy-type/policy-type.events.js';
import type { EventCatalogueEntry } from './event-catalogue.js';

const POLICY_TYPE = { group: 'configuration', targetType: 'policy_type', isEntry: true, upcasters: [] } as const;

/** The types of stream `policyType-{h}.{type}`. */
export const POLICY_TYPE_EVENTS: Readonly<Record<PolicyTypeEvent['type'], EventCatalogueEntry>> = {
  'policy_type.created': {
    ...POLICY_TYPE,
    label: 'Policy type created',
    description: 'Jobs of a new type can be submitted.',
    activityType: 'record_creation',
  },
  'policy_type.updated': {
    ...POLICY_TYPE,
    label: 'Policy type updated',
    description: 'Title, schemas or defaults of a policy type changed.',
    activityType: 'field_update',
  },
};
