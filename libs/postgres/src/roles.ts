import { hkdfSync } from 'node:crypto';

/**
 * The login roles of one database. None is superuser, owner or BYPASSRLS:
 * `api` serves requests, `projector` writes read models, `events` appends to and reads the event log, and cannot
 * change or delete what is in it.
 */
export const DATABASE_ROLES = ['api', 'projector', 'events'] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/** Roles are global to a Postgres server, so the database's name is part of theirs (63 bytes is Postgres' limit). */
export function roleName(database: string, role: DatabaseRole): string {
  return `${database.slice(0, 50)}_${role}`;
}

/** The same on every node that has the same owner credentials, and never stored. */
export function rolePassword(ownerUrl: string, role: DatabaseRole): string {
  const { password, pathname } = new URL(ownerUrl);
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
