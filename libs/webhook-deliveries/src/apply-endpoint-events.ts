import type pg from 'pg';
import { parseWebhookEvent, type Recorded, type WebhookEvent } from '#libs/domain';
import type { StoredEvent } from '#libs/event-store';
import { inTransaction, orUnavailable } from '#libs/postgres';

/** What of a stored event says anything about its endpoint. */
export type EndpointEvent = Pick<StoredEvent, 'type' | 'data' | 'metadata' | 'revision'>;

/** What one event says of an endpoint; null: nothing. */
interface Said {
  readonly status: 'active' | 'paused' | 'disabled' | 'deleted' | null;
  /** Newest first. */
  readonly secrets: readonly { readonly secret_id: string; readonly ends_at: number | null }[] | null;
}

/**
 * Has the endpoint's row say at once what its events say, so that a pause stops what is sent before it is answered; the
 * fan-out does it again, in log order. Under the api role, for one organization's events.
 * @throws DatabaseUnavailable; MalformedEvent, UnknownEvent
 */
export async function applyEndpointEvents(pool: pg.Pool, events: readonly StoredEvent[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  await orUnavailable(() =>
    inTransaction(pool, async (client) => {
      await client.query(`select set_config('keyledger.org_id', $1, true)`, [first.metadata.org_id]);
      for (const event of events) await applyEndpointEvent(client, event);
    }),
  );
}

/** The same of one event, in the caller's transaction; what was said at a later revision stays. @throws MalformedEvent, UnknownEvent */
export async function applyEndpointEvent(client: pg.ClientBase, stored: EndpointEvent): Promise<void> {
  await apply(client, parseWebhookEvent(stored), stored);
}

async function apply(
  client: pg.ClientBase,
  event: Recorded<WebhookEvent>,
  { revision }: Pick<EndpointEvent, 'revision'>,
): Promise<void> {
  const { webhook_id, url } = event.data;
  const { status, secrets } = whatIsSaid(event);
  const [orgId, saidSecrets] = [event.metadata.org_id, secrets === null ? null : JSON.stringify(secrets)];
  if (event.type === 'webhook.created') {
    const made = await client.query(MAKE, [webhook_id, orgId, url, saidSecrets, revision]);
    if (made.rowCount === 1) return;
  }
  const changed = await client.query<{ halts: boolean }>(CHANGE, [
    ...[webhook_id, orgId, status, saidSecrets, revision],
  ]);
  if (changed.rows[0]?.halts === true) await client.query(`select pg_notify('${HALTED_CHANNEL}', $1)`, [webhook_id]);
}

function whatIsSaid(event: WebhookEvent): Said {
  switch (event.type) {
    case 'webhook.created':
      return { status: 'active', secrets: [{ secret_id: event.data.secret.secret_id, ends_at: null }] };
    case 'webhook.secret_rotated': {
      const { secret, previous } = event.data;
      const newest = { secret_id: secret.secret_id, ends_at: null };
      return { status: null, secrets: previous === null ? [newest] : [newest, previous] };
    }
    case 'webhook.paused':
      return { status: 'paused', secrets: null };
    case 'webhook.activated':
      return { status: 'active', secrets: null };
    case 'webhook.disabled':
      return { status: 'disabled', secrets: null };
    case 'webhook.deleted':
      return { status: 'deleted', secrets: null };
    case 'webhook.updated':
    case 'webhook.tested':
    case 'webhook.redelivered':
    case 'webhook.replayed':
      return { status: null, secrets: null };
  }
}

/** Named here is an endpoint to which nothing may be sent any more; what is under way is given up. */
export const HALTED_CHANNEL = 'keyledger_webhook_halted';

const MAKE = `
  insert into webhooks.endpoints
    (webhook_id, org_id, status, status_revision, url, secrets, secrets_revision)
  values ($1, $2, 'active', $5, $3, $4, $5)
  on conflict (webhook_id) do nothing`;

/** Of the row itself, not of a look at it before: whoever waited for another writer goes by what that one has written. */
const NEWS = `($3::text is not null and e.status_revision < $5::int)`;
const ACTIVATION = `(${NEWS} and $3 = 'active')`;

/** An activation has its failures counted anew, and what waits is looked for at once. */
const CHANGE = `
  update webhooks.endpoints e set
    secrets = case when $4::jsonb is not null and e.secrets_revision < $5 then $4::jsonb else e.secrets end,
    secrets_revision = case when $4::jsonb is null then e.secrets_revision else greatest(e.secrets_revision, $5) end,
    status = case when ${NEWS} then $3 else e.status end,
    status_revision = case when ${NEWS} then $5 else e.status_revision end,
    disable_reason = case when ${NEWS} then null else e.disable_reason end,
    due_at = case when ${ACTIVATION} then '-infinity' else e.due_at end,
    full_until = case when ${ACTIVATION} then '-infinity' else e.full_until end,
    failing_since = case when ${ACTIVATION} then null else e.failing_since end,
    failed_attempts = case when ${ACTIVATION} then 0 else e.failed_attempts end,
    failed_hours = case when ${ACTIVATION} then 0 else e.failed_hours end
  where e.webhook_id = $1 and e.org_id = $2
  returning e.status <> 'active' and e.status_revision = $5 as halts`;
