import pg from 'pg';
import { DatabaseUnfit } from './database-unfit.js';
import { DATABASE_ROLES, databaseName, roleName, rolePassword } from './roles.js';

/**
 * Makes the login roles that are missing and gives all of them their password. CREATEROLE is enough for that: the other
 * attributes are stated only where a role is made, since Postgres lets nobody but a superuser state them afterwards.
 * @throws DatabaseUnfit where a role that is there stands above row-level security
 */
export async function ensureRoles(client: pg.Client, ownerUrl: string): Promise<void> {
  for (const role of DATABASE_ROLES) {
    const name = roleName(databaseName(ownerUrl), role);
    const identifier = pg.escapeIdentifier(name);
    const password = `password ${pg.escapeLiteral(rolePassword(ownerUrl, role))}`;
    const { rows } = await client.query<{ mighty: boolean }>(
      'select rolsuper or rolbypassrls as mighty from pg_roles where rolname = $1',
      [name],
    );
    if (rows.some(({ mighty }) => mighty)) {
      throw new DatabaseUnfit(
        `the database role ${name} is superuser or BYPASSRLS, so that nothing would keep organizations apart; ` +
          `run as a superuser: alter role ${identifier} nosuperuser nobypassrls`,
      );
    }
    await client.query(
      rows.length === 0
        ? `create role ${identifier} login nosuperuser nocreatedb nocreaterole nobypassrls noreplication ${password}`
        : `alter role ${identifier} ${password}`,
    );
  }
}
