import { createHash } from 'node:crypto';
import pg from 'pg';
import { DatabaseUnfit } from './database-unfit.js';
import { ensureRoles } from './ensure-roles.js';
import { takeMigrationLock } from './migration-lock.js';
import { DATABASE_ROLES, databaseName, roleName, type DatabaseRole } from './roles.js';

/** One step of a schema. `{{api}}`, `{{projector}}` and `{{events}}` in the SQL stand for the quoted role names. */
export interface Migration {
  /** Unique and never changed, such as `read-models/001-api-keys`. */
  readonly id: string;
  readonly sql: string;
}

/**
 * Brings the database to this version: makes the login roles and applies, in order and each in its own transaction,
 * the migrations that are not applied yet. Safe from many processes at once (the others wait, at most 60 s).
 * @throws DatabaseUnfit where a migration was applied with other SQL, or a login role stands above row-level security
 * @throws DatabaseUnavailable where another process keeps migrating
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
    await takeMigrationLock(client);
    await ensureRoles(client, ownerUrl);
    await client.query(`create schema if not exists keyledger`);
    await client.query(
      `create table if not exists keyledger.migrations (id text primary key, applied_at timestamptz not null default now())`,
    );
    // Databases from before the hashes were kept have none: what is there is taken for what it says it is.
    await client.query('alter table keyledger.migrations add column if not exists sha256 text');
    const applied = await unchanged(client, migrations);
    for (const migration of migrations) {
      if (!applied.has(migration.id)) await apply(client, ownerUrl, migration);
    }
  } finally {
    await client.end();
  }
}

/** The ids of what is applied, once it is certain that each was applied as it reads now. */
async function unchanged(client: pg.Client, migrations: readonly Migration[]): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ id: string; sha256: string | null }>(
    'select id, sha256 from keyledger.migrations',
  );
  const hashes = new Map(rows.map(({ id, sha256 }) => [id, sha256]));
  for (const migration of migrations) {
    const [before, now] = [hashes.get(migration.id), sha256Of(migration)];
    if (before === null) {
      await client.query('update keyledger.migrations set sha256 = $2 where id = $1', [migration.id, now]);
    } else if (before !== undefined && before !== now) {
      throw new DatabaseUnfit(
        `migration ${migration.id} was applied with other SQL than this version has: the data directory or database ` +
          'was made by another version. Start that version, or this one on a new DATA_DIR or DATABASE_URL.',
      );
    }
  }
  return new Set(hashes.keys());
}

async function apply(client: pg.Client, ownerUrl: string, migration: Migration): Promise<void> {
  const sql = migration.sql.replace(/\{\{(\w+)\}\}/g, (_, role: string) => quotedRole(ownerUrl, role));
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into keyledger.migrations (id, sha256) values ($1, $2)', [
      migration.id,
      sha256Of(migration),
    ]);
    await client.query('commit');
  } catch (error) {
    // Where the connection is what failed, so does this; the server rolls back by itself then.
    await client.query('rollback').catch(() => undefined);
    throw new Error(`migration ${migration.id} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Of the SQL as it is written, so that it is the same in every database. */
function sha256Of({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex');
}

function quotedRole(ownerUrl: string, role: string): string {
  const known = DATABASE_ROLES.find((candidate): candidate is DatabaseRole => candidate === role);
  if (known === undefined) throw new Error(`a migration names the unknown role ${role}`);
  return pg.escapeIdentifier(roleName(databaseName(ownerUrl), known));
}
