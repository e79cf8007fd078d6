import type pg from 'pg';
import { codeOf } from '#libs/errors';
import { EventStoreUnavailable, type EventStore, type StoredEvent } from '#libs/event-store';
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
  /** As text, for a date of ours is less exact. */
  readonly kept_at: string;
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

/** @throws EventStoreUnavailable, or Error where the table cannot be asked; one whose stream cannot be read is a log line, and the others are seen to */
async function sweepOnce({ pool, eventStore, logger, batch = 500 }: SecretSweepOptions, signal: AbortSignal) {
  let deleted = 0;
  let after: readonly [keptAt: string, secretId: string] = ['-infinity', ''];
  while (!signal.aborted) {
    const { rows } = await pool.query<UnnamedRow>(OLDEST_UNNAMED, [batch, ...after]);
    for (const { org_id: orgId, webhook_id: webhookId, secret_id: secretId } of rows) {
      if (signal.aborted) break;
      try {
        const isNamed = await isNamedByAnEvent(eventStore, orgId, webhookId, secretId);
        const { rowCount } = await pool.query(isNamed ? MARK_NAMED : DELETE_UNNAMED, [orgId, webhookId, secretId]);
        if (!isNamed) deleted += rowCount ?? 0;
      } catch (error) {
        // The others would fare no better now.
        if (error instanceof EventStoreUnavailable) throw error;
        logger.warn({ err: error, webhook: webhookId }, 'it is not known whether an event names a signing secret');
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < batch) break;
    // Behind those that were looked at, whatever came of it.
    after = [last.kept_at, last.secret_id];
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
  select org_id, webhook_id, secret_id, kept_at::text as kept_at from webhook_secrets.secrets kept
  where not named and kept_at < now() - interval '24 hours' and (kept.kept_at, secret_id) > ($2::timestamptz, $3::text)
  order by kept.kept_at, secret_id limit $1`;

const MARK_NAMED = `
  update webhook_secrets.secrets set named = true where org_id = $1 and webhook_id = $2 and secret_id = $3`;

/** The age is asked for again: one that was kept anew since the look belongs to a command that runs now. */
const DELETE_UNNAMED = `
  delete from webhook_secrets.secrets
  where org_id = $1 and webhook_id = $2 and secret_id = $3 and not named and kept_at < now() - interval '24 hours'`;
