import type pg from 'pg';
import { codeOf } from '#libs/errors';
import type { EventStore, StoredEvent } from '#libs/event-store';
import { pause } from '#libs/lifecycle';
import type { Logger } from '#libs/observability';

export interface SecretSweepOptions {
  /** Of the projector role. */
  readonly pool: pg.Pool;
  /** Says which secrets an event names. */
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly logger: Logger;
  /** Between two sweeps, milliseconds, default an hour; the first one is at once. */
  readonly everyMs?: number;
  /** Most secrets that are looked at together, default 500. */
  readonly batch?: number;
}

interface UnnamedRow {
  readonly org_id: string;
  readonly webhook_id: string;
  readonly secret_id: string;
}

const EVERY_MS = 3_600_000;
const PAGE = 1_000;

/** The table is made by the API's migrations, and a projector may be there first. */
const NOT_THERE_YET = new Set(['42P01', '3F000', '42501']);

/**
 * Deletes the signing secrets that no event names a day after they were kept last: their command was refused, or its
 * process died and nobody asked again. Nothing waits for it, and several processes may sweep at once.
 */
export async function sweepWebhookSecrets(options: SecretSweepOptions, signal: AbortSignal): Promise<void> {
  const { logger, everyMs = EVERY_MS } = options;
  while (!signal.aborted) {
    try {
      const deleted = await sweepOnce(options, signal);
      if (deleted > 0) logger.info({ deleted }, 'signing secrets deleted that no event names');
    } catch (error) {
      if (NOT_THERE_YET.has(codeOf(error))) logger.debug({}, 'no signing secrets to sweep yet');
      else logger.warn({ err: error }, 'signing secrets that no event names were not deleted');
    }
    await pause(everyMs, signal);
  }
}

async function sweepOnce({ pool, eventStore, batch = 500 }: SecretSweepOptions, signal: AbortSignal): Promise<number> {
  let deleted = 0;
  while (!signal.aborted) {
    const { rows } = await pool.query<UnnamedRow>(OLDEST_UNNAMED, [batch]);
    for (const { org_id: orgId, webhook_id: webhookId, secret_id: secretId } of rows) {
      if (signal.aborted) break;
      const isNamed = await isNamedByAnEvent(eventStore, orgId, webhookId, secretId);
      const { rowCount } = await pool.query(isNamed ? MARK_NAMED : DELETE_UNNAMED, [orgId, webhookId, secretId]);
      if (!isNamed) deleted += rowCount ?? 0;
    }
    if (rows.length < batch) break;
  }
  return deleted;
}

async function isNamedByAnEvent(
  store: Pick<EventStore, 'readStream'>,
  orgId: string,
  webhookId: string,
  secretId: string,
): Promise<boolean> {
  for (let from = 0; ; from += PAGE) {
    const page = await store.readStream(`webhook-${webhookId}`, { from, limit: PAGE });
    if (page.some((event) => event.metadata.org_id === orgId && secretNamedBy(event) === secretId)) return true;
    if (page.length < PAGE) return false;
  }
}

/** Events name a secret in this one place, in every version: `secret.secret_id`. */
function secretNamedBy({ data }: StoredEvent): unknown {
  const { secret } = data;
  return typeof secret === 'object' && secret !== null && 'secret_id' in secret ? secret['secret_id'] : null;
}

const OLDEST_UNNAMED = `
  select org_id, webhook_id, secret_id from webhook_secrets.secrets
  where not named and kept_at < now() - interval '24 hours' order by kept_at limit $1`;

const MARK_NAMED = `
  update webhook_secrets.secrets set named = true where org_id = $1 and webhook_id = $2 and secret_id = $3`;

/** The age is asked for again: one that was kept anew since the look belongs to a command that runs now. */
const DELETE_UNNAMED = `
  delete from webhook_secrets.secrets
  where org_id = $1 and webhook_id = $2 and secret_id = $3 and not named and kept_at < now() - interval '24 hours'`;
