import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/** The policy types; `state` is the domain's `PolicyTypeState`. */
export const policyTypesMigration: Migration = {
  id: 'read-models/006-policy-types',
  sql: `
    create table read_models.policy_types (
      org_id text collate "C" not null,
      policy_type text collate "C" not null,
      -- seq of the event that made the type: the order of every list
      created_seq bigint not null,
      state json not null,
      primary key (org_id, policy_type)
    );
    create unique index policy_types_newest on read_models.policy_types (org_id, created_seq);
    ${confined('policy_types')}
    select read_models.adopt_projection('policy-types', 1, 'policy_types');
  `,
};
