import { listOf, objectOf } from './json-schema.js';
import type { JsonSchema } from './route-contract.js';

/** The answer of every list. */
export interface ListPage<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

export interface ListPageOptions<Row, T> {
  /** What was found, one row beyond the limit where there is more. */
  readonly rows: readonly Row[];
  readonly limit: number;
  /** Whether others follow the rows, where a page may end before its limit. */
  readonly more?: boolean;
  readonly present: (row: Row) => T;
  /** The cursor of the page that begins behind the row. */
  readonly cursorBehind: (row: Row) => string;
}

export function listPage<Row, T>(options: ListPageOptions<Row, T>): ListPage<T> {
  const { rows, limit, more = rows.length > limit, present, cursorBehind } = options;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = more && last !== undefined ? cursorBehind(last) : null;
  return { data: page.map(present), next_cursor: next, has_more: next !== null };
}

export function listSchema(items: JsonSchema): JsonSchema {
  return objectOf({
    data: listOf(items),
    next_cursor: { type: ['string', 'null'], description: 'The `cursor` of the next page.' },
    has_more: { type: 'boolean' },
  });
}
