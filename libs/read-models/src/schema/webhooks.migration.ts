import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/** The webhook endpoints, deleted ones too; `state` is the domain's `WebhookFacts`, the columns beside it are for lists. */
export const webhooksMigration: Migration = {
  id: 'read-models/009-webhooks',
  sql: `
    create table read_models.webhooks (
      org_id text collate "C" not null,
      id text collate "C" not null,
      -- seq of the event that created the endpoint: the order of every list
      created_seq bigint not null,
      status text collate "C" not null,
      deleted boolean not null,
      state json not null,
      primary key (org_id, id)
    );
    create unique index webhooks_newest on read_models.webhooks (org_id, created_seq) where not deleted;
    ${confined('webhooks')}
    select read_models.adopt_projection('webhooks', 1, 'webhooks');
  `,
};
