import type pg from 'pg';
import type { ProjectedWebhook } from './load-webhooks.js';

/** An endpoint as a page left it. */
export interface ChangedWebhook extends ProjectedWebhook {
  /** Created by this page: it has no row yet. */
  readonly isNew: boolean;
}

/** Writes each endpoint as the page left it, new ones and known ones with a statement each (see `writeKeys`). */
export async function writeWebhooks(transaction: pg.ClientBase, webhooks: readonly ChangedWebhook[]): Promise<void> {
  const made = webhooks.filter(({ isNew }) => isNew);
  const known = webhooks.filter(({ isNew }) => !isNew);
  if (made.length > 0) {
    const values = [...columns(made), made.map(({ createdSeq }) => createdSeq)];
    await transaction.query({ name: 'insert_webhooks', text: INSERT_WEBHOOKS, values });
  }
  if (known.length > 0) {
    const { rowCount } = await transaction.query({
      ...{ name: 'update_webhooks', text: UPDATE_WEBHOOKS, values: columns(known) },
    });
    if (rowCount !== known.length)
      throw new Error(`${known.length} endpoints changed, but ${rowCount} rows were there`);
  }
}

function columns(webhooks: readonly ChangedWebhook[]): unknown[] {
  return [
    webhooks.map(({ orgId }) => orgId),
    webhooks.map(({ webhook }) => webhook.id),
    webhooks.map(({ webhook }) => webhook.status),
    webhooks.map(({ webhook }) => webhook.deleted),
    webhooks.map(({ webhook }) => JSON.stringify(webhook)),
  ];
}

const PAGE = '$1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[]';

const INSERT_WEBHOOKS = `
  insert into webhooks (org_id, id, status, deleted, state, created_seq)
  select org_id, id, status, deleted, state::json, created_seq
  from unnest(${PAGE}, $6::bigint[]) as page (org_id, id, status, deleted, state, created_seq)`;

const UPDATE_WEBHOOKS = `
  update webhooks as stored set status = page.status, deleted = page.deleted, state = page.state::json
  from unnest(${PAGE}) as page (org_id, id, status, deleted, state)
  where stored.org_id = page.org_id and stored.id = page.id`;
