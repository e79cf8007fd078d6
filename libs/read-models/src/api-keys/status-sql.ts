import { sql, type RawBuilder } from 'kysely';
import type { KeyStatus } from '#libs/domain';

/**
 * `statusAt` of the domain as SQL, over the columns that the listing and the history of keys have in common: a status
 * is a function of the clock, so it cannot be stored. A property test holds the two together.
 */
export function statusSql(nowSeconds: number): RawBuilder<KeyStatus> {
  return sql<KeyStatus>`case
    when revoked or grace_expires_at <= ${nowSeconds} then 'revoked'
    when expires_at <= ${nowSeconds} then 'expired'
    when suspended then 'suspended'
    when rotated then 'rotating'
    else 'active' end`;
}
