import type pg from 'pg';
import type { DisabledReason } from '#libs/domain';

/** An endpoint to which nothing is sent any more, and whose event is still to be stored. */
export interface EndpointToDisable {
  readonly webhookId: string;
  readonly orgId: string;
  readonly reason: DisabledReason;
}

interface Row {
  readonly webhook_id: string;
  readonly org_id: string;
  readonly disable_reason: DisabledReason;
}

/**
 * In the order of their ids.
 * @param limit most at once
 * @param except not these
 */
export async function endpointsToDisable(
  pool: pg.Pool,
  limit: number,
  except: readonly string[] = [],
): Promise<readonly EndpointToDisable[]> {
  const { rows } = await pool.query<Row>(TO_DISABLE, [limit, except]);
  return rows.map((row) => ({ webhookId: row.webhook_id, orgId: row.org_id, reason: row.disable_reason }));
}

const TO_DISABLE = `
  select webhook_id, org_id, disable_reason from webhooks.endpoints
  where disable_reason is not null and webhook_id <> all($2::text[]) order by webhook_id limit $1`;
