import { createHash, hkdfSync } from 'node:crypto';
import { DatabaseUnfit } from './database-unfit.js';

/**
 * The login roles of one database. None is superuser, owner or BYPASSRLS:
 * `api` serves requests, `projector` writes read models, `events` appends to and reads the event log, and cannot
 * change or delete what is in it; `operator` sees how the projections stand, of every organization, and asks for work.
 */
export const DATABASE_ROLES = ['api', 'projector', 'events', 'operator'] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

const MOST_BYTES = 63 - '_projector'.length;
const HASH_DIGITS = 12;

/**
 * Roles are global to a Postgres server, so the database's name is part of theirs. Postgres cuts both at 63 bytes: of a
 * longer name a hash stands for the rest, so that neither two databases nor two roles of one become the same.
 */
export function roleName(database: string, role: DatabaseRole): string {
  const fits = database.length <= 50 && Buffer.byteLength(database) <= MOST_BYTES;
  return `${fits ? database : shortened(database)}_${role}`;
}

/**
 * The same on every node that has the same owner credentials, and never stored.
 * @throws DatabaseUnfit where the URL holds no password: what is made of nothing secret, anybody can make
 */
export function rolePassword(ownerUrl: string, role: DatabaseRole): string {
  const { password, pathname } = new URL(ownerUrl);
  if (password === '')
    throw new DatabaseUnfit(
      "DATABASE_URL (and EVENT_STORE_URL, where it is set) must hold the owner's password before the host, as in " +
        '`postgres://user:password@host/database`: the passwords of the login roles are made from it.',
    );
  return Buffer.from(hkdfSync('sha256', password, pathname, `keyledger role ${role}`, 24)).toString('base64url');
}

/** The URL under which a process connects as that role, made from the owner's. */
export function roleUrl(ownerUrl: string, role: DatabaseRole): string {
  const url = new URL(ownerUrl);
  url.username = roleName(databaseName(ownerUrl), role);
  url.password = rolePassword(ownerUrl, role);
  return url.toString();
}

export function databaseName(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function shortened(database: string): string {
  const hash = createHash('sha256').update(database).digest('hex').slice(0, HASH_DIGITS);
  let kept = '';
  for (const character of database) {
    if (Buffer.byteLength(kept + character) > MOST_BYTES - 1 - HASH_DIGITS) break;
    kept += character;
  }
  return `${kept}_${hash}`;
}
