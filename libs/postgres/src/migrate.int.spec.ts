import pg from 'pg';
import { createTestDatabase, eventually, proxyStore, type TestDatabase } from '#libs/testing';
import { migrate, type Migration } from './migrate.js';
import { DATABASE_ROLES, databaseName, roleName, roleUrl } from './roles.js';

const FIRST: Migration = {
  id: 'test/001',
  sql: 'create table public.things (thing int); grant select on public.things to {{api}}',
};
const BROKEN: Migration = { id: 'test/002', sql: 'create table public.others (other int); select 1 / 0' };
const AFTER: Migration = { id: 'test/003', sql: 'create table public.afterwards (thing int)' };

let database: TestDatabase;
let owner: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
afterEach(async () => {
  await owner.end();
  await database.drop();
});

it('makes login roles that are neither superuser nor owner nor above row-level security', async () => {
  await migrate(database.url, [FIRST]);
  const names = DATABASE_ROLES.map((role) => roleName(databaseName(database.url), role));
  const { rows } = await owner.query(
    `select rolname, rolcanlogin, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as mighty,
            pg_has_role(rolname, current_user, 'member') as may_be_owner
     from pg_roles where rolname = any ($1) order by rolname`,
    [names],
  );
  const harmless = { rolcanlogin: true, mighty: false, may_be_owner: false };
  expect(rows).toEqual(names.toSorted().map((rolname) => ({ rolname, ...harmless })));
  const owned = await owner.query(
    `select from pg_class join pg_roles on pg_roles.oid = relowner where rolname = any ($1)`,
    [names],
  );
  expect(owned.rowCount).toBe(0);
});

it('grants each role what its migration says and nothing else', async () => {
  await migrate(database.url, [FIRST]);
  await expect(as('api', 'select * from public.things')).resolves.toEqual([]);
  await expect(as('api', 'insert into public.things values (1)')).rejects.toMatchObject({ code: '42501' });
  await expect(as('projector', 'select * from public.things')).rejects.toMatchObject({ code: '42501' });
  await expect(as('api', 'select * from keyledger.migrations')).rejects.toMatchObject({ code: '42501' });
  await expect(as('api', 'create table public.mine (x int)')).rejects.toMatchObject({ code: '42501' });
});

it('refuses a role that somebody raised above row-level security, and works on once that is taken back', async () => {
  await migrate(database.url, [FIRST]);
  const api = pg.escapeIdentifier(roleName(databaseName(database.url), 'api'));
  for (const might of ['superuser', 'bypassrls']) {
    await owner.query(`alter role ${api} ${might} password 'guessed'`);
    await expect(migrate(database.url, [FIRST])).rejects.toMatchObject({
      code: 'database_unfit',
      message: expect.stringContaining(`alter role ${api} nosuperuser nobypassrls`) as string,
    });
    await owner.query(`alter role ${api} nosuperuser nobypassrls`);
  }
  await migrate(database.url, [FIRST]);
  await expect(as('api', 'select * from things')).resolves.toEqual([]);
});

it('needs no superuser, neither on the first start nor on later ones', async () => {
  const name = `${databaseName(database.url)}_owner`;
  await owner.query(`create role ${name} login createrole password 'owner-password'`);
  await owner.query(`alter database ${pg.escapeIdentifier(databaseName(database.url))} owner to ${name}`);
  const url = new URL(database.url);
  [url.username, url.password] = [name, 'owner-password'];
  const migration = { id: 'test/006', sql: 'create table keyledger.mine (thing int)' };
  await migrate(url.toString(), [migration]);
  await migrate(url.toString(), [migration]);
  expect((await owner.query('select * from keyledger.mine')).rowCount).toBe(0);
});

it('refuses a database in which a migration was applied with other SQL', async () => {
  await migrate(database.url, [FIRST]);
  const changed = { ...FIRST, sql: `${FIRST.sql}; create table more (thing int)` };
  await expect(migrate(database.url, [changed, AFTER])).rejects.toMatchObject({
    code: 'database_unfit',
    message: expect.stringMatching(/test\/001 .* another version/) as string,
  });
  expect(await tables()).toEqual(['things']);
  await migrate(database.url, [FIRST]);
});

it('refuses a database that a newer version has migrated, and ignores schemas that it does not work with', async () => {
  await migrate(database.url, [FIRST, AFTER, { id: 'elsewhere/001', sql: 'select 1' }]);
  await migrate(database.url, [FIRST, AFTER]);
  await expect(migrate(database.url, [FIRST])).rejects.toMatchObject({
    code: 'database_unfit',
    message: expect.stringMatching(/test\/\d+ was applied by a newer version/) as string,
  });
});

it('takes over a database from before the hashes were kept, and holds it to its SQL from then on', async () => {
  await migrate(database.url, [FIRST]);
  await owner.query('alter table keyledger.migrations drop column sha256');
  await migrate(database.url, [FIRST]);
  await expect(migrate(database.url, [{ ...FIRST, sql: 'select 1' }])).rejects.toThrow(/another version/);
});

it('says what went wrong first when the connection goes in the middle of a migration', async () => {
  const suicide = { id: 'test/007', sql: 'select pg_terminate_backend(pg_backend_pid())' };
  const failed: unknown = await migrate(database.url, [suicide]).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    message: expect.stringContaining('migration test/007 failed: terminating connection') as string,
    cause: { code: '57P01' },
  });
});

it('is cut in the middle of a migration when it is told to stop, and takes all of it back', async () => {
  const long = { id: 'test/008', sql: 'create table public.late (thing int); select pg_sleep(600)' };
  const stopping = new AbortController();
  const migrated = migrate(database.url, [FIRST, long], stopping.signal);
  const outcome = expect(migrated).rejects.toMatchObject({ name: 'AbortError' });
  const pid = await eventually('a migration under way', sleeper);
  stopping.abort();
  await outcome;
  expect(await tables()).toEqual(['things']);
  // The server would go on until it has something to say.
  await owner.query('select pg_terminate_backend($1)', [pid]);
});

it('stops when it is told to while the server has frozen', async () => {
  const { proxy, url } = await proxyStore(database.url);
  const stopping = new AbortController();
  // Its first statements are answered; then nothing is.
  const frozen = { id: 'test/009', sql: 'select pg_sleep(600)' };
  const outcome = expect(migrate(url, [frozen], stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
  const pid = await eventually('a migration under way', sleeper);
  proxy.stall(() => true);
  await owner.query('select pg_terminate_backend($1)', [pid]);
  stopping.abort();
  await outcome;
  await expect(migrate(url, [FIRST], stopping.signal)).rejects.toBe(stopping.signal.reason);
  await proxy.stop();
});

it('names the migration that fails, takes all of it back, keeps those before it and begins none after it', async () => {
  await expect(migrate(database.url, [FIRST, BROKEN, AFTER])).rejects.toThrow(
    /migration test\/002 failed: division by zero/,
  );
  expect(await tables()).toEqual(['things']);
  await migrate(database.url, [FIRST, { ...BROKEN, sql: 'create table public.others (other int)' }, AFTER]);
  expect(await tables()).toEqual(['afterwards', 'others', 'things']);
});

it('refuses a migration that names a role which does not exist', async () => {
  const migration = { id: 'test/004', sql: 'grant select on public.things to {{apl}}' };
  await expect(migrate(database.url, [FIRST, migration])).rejects.toThrow(/apl/);
});

it('applies each migration once, however many start at the same time', async () => {
  const counted = {
    id: 'test/005',
    sql: 'create table if not exists public.runs (at int); insert into public.runs values (1)',
  };
  await Promise.all(Array.from({ length: 6 }, () => migrate(database.url, [FIRST, counted])));
  expect((await owner.query('select * from public.runs')).rowCount).toBe(1);
  expect((await owner.query('select * from keyledger.migrations')).rowCount).toBe(2);
});

/** The server's process that works on a migration which sleeps. */
async function sleeper(): Promise<number | null> {
  const { rows } = await owner.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where datname = current_database() and application_name = 'keyledger migrate' and wait_event = 'PgSleep'`,
  );
  return rows[0]?.pid ?? null;
}

async function tables(): Promise<readonly string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select tablename::text as name from pg_tables where schemaname = 'public' order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function as(role: (typeof DATABASE_ROLES)[number], sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: roleUrl(database.url, role) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
