import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { KeyEnvironment, KeyStatus, KeyType } from '#libs/domain';
import { containsPattern } from '../contains-pattern.js';
import { statusSql } from './status-sql.js';

export interface ApiKeyFilter {
  /** Null: all. */
  readonly statuses: readonly KeyStatus[] | null;
  readonly type: KeyType | null;
  readonly environment: KeyEnvironment | null;
  /** Part of name or description in any case, or the beginning of an id. */
  readonly q: string | null;
}

export interface ApiKeyPage {
  readonly limit: number;
  /** `createdSeq` of the last key of the page before; null for the first page. */
  readonly beforeSeq: number | null;
}

/**
 * What the filter asks for at a second, of keys that are not deleted: a condition over the columns that the listing and
 * the history of keys have in common.
 */
export function keyFilter({ statuses, type, environment, q }: ApiKeyFilter, atSeconds: number): RawBuilder<SqlBool> {
  const conditions = [sql`not deleted`];
  if (statuses !== null) conditions.push(sql`${statusSql(atSeconds)} in (${sql.join(statuses)})`);
  if (type !== null) conditions.push(sql`key_type = ${type}`);
  if (environment !== null) conditions.push(sql`environment = ${environment}`);
  if (q !== null) conditions.push(sql`(search like ${containsPattern(q)} or starts_with(id, ${q}))`);
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}
