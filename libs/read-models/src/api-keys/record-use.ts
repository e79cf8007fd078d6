import type pg from 'pg';
import type { KeyUse } from '#libs/domain';
import { orUnavailable } from '#libs/postgres';

/** Notes when keys of one organization were last used, in one round trip; an older time changes nothing. @throws DatabaseUnavailable */
export async function recordUse(pool: pg.Pool, orgId: string, uses: readonly KeyUse[]): Promise<void> {
  await orUnavailable(() =>
    pool.query('select read_models.record_use($1, $2, $3)', [
      orgId,
      uses.map(({ keyId }) => keyId),
      uses.map(({ at }) => at),
    ]),
  );
}
