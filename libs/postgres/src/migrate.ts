import pg from 'pg';
import { DATABASE_ROLES, databaseName, roleName, rolePassword, type DatabaseRole } from './roles.js';

/** One step of a schema. `{{api}}`, `{{projector}}` and `{{events}}` in the SQL stand for the quoted role names. */
export interface Migration {
  /** Unique and never changed, such as `read-models/001-api-keys`. */
  readonly id: string;
  readonly sql: string;
}

/** Any constant will do, as long as every version of the product takes the same one. */
const MIGRATION_LOCK = 7_466_203_871;

/**
 * Brings the database to this version: makes the login roles and applies, in order and each in its own transaction,
 * the migrations that are not applied yet. Safe from many processes at once (the others wait).
 * @throws Error naming the migration that failed; what came before it stays applied
 */
export async function migrate(ownerUrl: string, migrations: readonly Migration[]): Promise<void> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: 5_000,
    application_name: 'keyledger migrate',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await ensureRoles(client, ownerUrl);
    await client.query(`create schema if not exists keyledger`);
    await client.query(
      `create table if not exists keyledger.migrations (id text primary key, applied_at timestamptz not null default now())`,
    );
    const applied = new Set(
      (await client.query<{ id: string }>('select id from keyledger.migrations')).rows.map((row) => row.id),
    );
    for (const migration of migrations) {
      if (!applied.has(migration.id)) await apply(client, ownerUrl, migration);
    }
  } finally {
    await client.end();
  }
}

async function apply(client: pg.Client, ownerUrl: string, migration: Migration): Promise<void> {
  const sql = migration.sql.replace(/\{\{(\w+)\}\}/g, (_, role: string) => quotedRole(ownerUrl, role));
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into keyledger.migrations (id) values ($1)', [migration.id]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${migration.id} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function ensureRoles(client: pg.Client, ownerUrl: string): Promise<void> {
  for (const role of DATABASE_ROLES) {
    const name = roleName(databaseName(ownerUrl), role);
    const exists = await client.query('select 1 from pg_roles where rolname = $1', [name]);
    const verb = exists.rowCount === 0 ? 'create' : 'alter';
    await client.query(
      `${verb} role ${pg.escapeIdentifier(name)} login nosuperuser nocreatedb nocreaterole nobypassrls noreplication password ${pg.escapeLiteral(rolePassword(ownerUrl, role))}`,
    );
  }
}

function quotedRole(ownerUrl: string, role: string): string {
  const known = DATABASE_ROLES.find((candidate): candidate is DatabaseRole => candidate === role);
  if (known === undefined) throw new Error(`a migration names the unknown role ${role}`);
  return pg.escapeIdentifier(roleName(databaseName(ownerUrl), known));
}
