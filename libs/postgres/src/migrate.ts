import { createHash } from 'node:crypto';
import pg from 'pg';
import { DatabaseUnfit } from './database-unfit.js';
import { ensureRoles } from './ensure-roles.js';
import { takeMigrationLock } from './migration-lock.js';
import { onOneConnection } from './on-one-connection.js';
import { DATABASE_ROLES, databaseName, roleName, rolePassword, type DatabaseRole } from './roles.js';

/** Of one migration: an index on a long log takes its time. */
const MIGRATION_WITHIN_MS = 30 * 60_000;

/** One step of a schema. `{{api}}`, `{{projector}}` and `{{events}}` in the SQL stand for the quoted role names. */
export interface Migration {
  /** Unique and never changed, such as `read-models/001-api-keys`. */
  readonly id: string;
  readonly sql: string;
}

/**
 * Brings the database to this version: makes the login roles and applies, in order and each in its own transaction,
 * the migrations that are not applied yet. Safe from many processes at once (the others wait, at most 60 s).
 * @throws DatabaseUnfit where a migration was applied with other SQL or by a newer version, or a login role stands
 *   above row-level security
 * @throws DatabaseUnavailable where another process keeps migrating
 * @throws Error naming the migration that failed; what came before it stays applied
 * @throws the signal's reason once it fires, also in the middle of a migration, which is rolled back then
 */
export async function migrate(ownerUrl: string, migrations: readonly Migration[], signal?: AbortSignal): Promise<void> {
  // Said before anybody waits for the server: a URL that no role's password can be made from stays that way.
  rolePassword(ownerUrl, 'api');
  await onOneConnection({ url: ownerUrl, applicationName: 'keyledger migrate', signal }, async (client) => {
    await takeMigrationLock(client, { signal });
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
  });
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
  refuseNewer([...hashes.keys()], migrations);
  return new Set(hashes.keys());
}

/** A version knows all migrations of the schemas that it works with; one that it does not know is of a newer version. */
function refuseNewer(applied: readonly string[], migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ id }) => id));
  const schemas = new Set(migrations.map(({ id }) => schemaOf(id)));
  const newer = applied.find((id) => schemas.has(schemaOf(id)) && !known.has(id));
  if (newer === undefined) return;
  throw new DatabaseUnfit(
    `migration ${newer} was applied by a newer version. Start that version, or this one on a new DATA_DIR or DATABASE_URL.`,
  );
}

/** Ids are `schema/number-what`. */
function schemaOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

async function apply(client: pg.Client, ownerUrl: string, migration: Migration): Promise<void> {
  const sql = migration.sql.replace(/\{\{(\w+)\}\}/g, (_, role: string) => quotedRole(ownerUrl, role));
  try {
    await client.query('begin');
    await client.query(`set local statement_timeout = ${MIGRATION_WITHIN_MS}`);
    const step = { text: sql, query_timeout: MIGRATION_WITHIN_MS + 1_000 };
    await client.query(step);
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
