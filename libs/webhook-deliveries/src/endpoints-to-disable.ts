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

/** @param limit most at once */
export async function endpointsToDisable(pool: pg.Pool, limit: number): Promise<readonly EndpointToDisable[]> {
  const { rows } = await pool.query<Row>(
    'select webhook_id, org_id, disable_reason from webhooks.endpoints where disable_reason is not null limit $1',
    [limit],
  );
  return rows.map((row) => ({ webhookId: row.webhook_id, orgId: row.org_id, reason: row.disable_reason }));
}
