import { createHash } from 'node:crypto';
import type { OpaqueTokens } from '#libs/keyring';
import { RequestRefused } from './request-refused.js';

/** Which list a cursor belongs to; one of another list, organization or filter is refused. */
export interface CursorScope {
  readonly list: string;
  readonly orgId: string;
  /** Everything that chose the rows, but not how many of them a page has. */
  readonly filter: unknown;
}

/** The cursors of the lists: where a page ended, sealed. */
export class Cursors {
  constructor(private readonly tokens: OpaqueTokens) {}

  seal(scope: CursorScope, place: string): string {
    return this.tokens.seal(purpose(scope), place);
  }

  /** Null for no cursor. @throws RequestRefused 400 `invalid_cursor` for one that was not issued for this list */
  open(scope: CursorScope, cursor: string | null): string | null {
    if (cursor === null) return null;
    const place = this.tokens.open(purpose(scope), cursor);
    if (place === null) throw new RequestRefused('invalid_cursor');
    return place;
  }
}

function purpose({ list, orgId, filter }: CursorScope): string {
  return `cursor ${list} ${createHash('sha256')
    .update(JSON.stringify([orgId, filter]))
    .digest('base64url')}`;
}
