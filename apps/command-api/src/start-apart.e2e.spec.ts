import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  ApiClient,
  ENTRIES,
  StartedSystem,
  eventually,
  proxyStore,
  runToItsEnd,
  silentServer,
  storesOf,
  type Node,
  type TcpProxy,
} from '#libs/testing';

let system: StartedSystem;
let directory: string;
let database: { readonly proxy: TcpProxy; readonly url: string };
let eventStore: { readonly proxy: TcpProxy; readonly url: string };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-apart-'));
  system = await StartedSystem.start({ mode: 'apart', env: { LOG_LEVEL: 'error', DIRECTORY_STALE_AFTER_MS: '1000' } });
  database = await proxyStore(storesOf(system).databaseUrl);
  eventStore = await proxyStore(storesOf(system).eventStoreUrl);
});
afterAll(async () => {
  await system.dispose();
  await Promise.all([database.proxy.stop(), eventStore.proxy.stop()]);
  await rm(directory, { recursive: true, force: true });
});

afterEach(() => [database, eventStore].forEach(({ proxy }) => proxy.heal()));

describe.each(['api', 'projector'] as const)('the %s with settings that stay wrong', (app) => {
  const changed = (part: 'password' | 'pathname' | 'hostname', value: string): string => {
    const url = new URL(database.url);
    url[part] = value;
    return url.toString();
  };

  it.each<[string, () => Readonly<Record<string, string>>, RegExp]>([
    ['none at all', () => ({ DATABASE_URL: '' }), /DATABASE_URL must be set/],
    ['a wrong password', () => ({ DATABASE_URL: changed('password', 'wrong') }), /DATABASE_URL .*password/],
    [
      'a wrong database',
      () => ({ DATABASE_URL: changed('pathname', '/nowhere') }),
      /DATABASE_URL .*"nowhere" does not/,
    ],
    ['an unknown host', () => ({ DATABASE_URL: changed('hostname', 'nowhere.invalid') }), /DATABASE_URL .*ENOTFOUND/],
    ['a wrong event store', () => ({ EVENT_STORE_URL: changed('password', 'wrong') }), /EVENT_STORE_URL .*password/],
    ['no event store at all', () => ({ EVENT_STORE_URL: 'mysql://u:hidden@h/d' }), /EVENT_STORE_URL must be/],
  ])('ends and names the setting: %s', async (_, wrong, message) => {
    const { code, output } = await ended(app, wrong());
    expect(output).toMatch(message);
    expect(code).toBe(1);
    expect(output).not.toMatch(/hidden|^\s+at /m);
    expect(output).not.toContain(new URL(database.url).password);
  });

  it('ends and names the setting where a newer version has migrated the database', async () => {
    const { databaseUrl } = storesOf(system);
    await query(databaseUrl, `insert into keyledger.migrations (id) values ('read-models/999-of-tomorrow')`);
    const { code, output } = await ended(app, {}).finally(() =>
      query(databaseUrl, `delete from keyledger.migrations where id = 'read-models/999-of-tomorrow'`),
    );
    expect(output).toMatch(/DATABASE_URL .*read-models\/999-of-tomorrow .*newer version/);
    expect(code).toBe(1);
  });
});

it.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ['who may sign in', { DEV_ISSUER: 'false' }, /OIDC_ISSUER/],
  [
    'keys that all nodes share',
    { DEV_ISSUER: 'false', OIDC_ISSUER: 'https://i.test', OIDC_AUDIENCE: 'a' },
    /KEYRING_FILE/,
  ],
  ['a keyring that is there', { KEYRING_FILE: '/nowhere/keyring.json' }, /KEYRING_FILE: .*nowhere/],
  ['a keyring that is one', { KEYRING: '{"current_pepper": 1}' }, /KEYRING: .*must hold/],
])('the API ends where it is not told %s', async (_, wrong, message) => {
  const { code, output } = await ended('api', wrong);
  expect(output).toMatch(message);
  expect(code).toBe(1);
});

it.each(['database', 'event_store'] as const)(
  'answers 503 while the %s is out of reach at its start, and goes on by itself once it is there',
  async (missing) => {
    const { proxy, url } = missing === 'database' ? database : eventStore;
    proxy.cut();
    const node = await system.startApi(missing === 'database' ? { DATABASE_URL: url } : { EVENT_STORE_URL: url });
    const refused = await eventually(`the outage of the ${missing}`, async () => {
      const answer = await answered(node);
      expect(answer.status).toBe(503);
      return answer.text.includes(`"${missing}_unavailable"`) ? answer : null;
    });
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect((await at(node, null).get('/healthz')).status).toBe(200);
    const { status, body } = await at(node, system.session.platform_token).get('/readyz');
    expect({ status, body }).toMatchObject({ status: 503, body: { dependencies: { [missing]: 'unavailable' } } });

    proxy.heal();
    await node.process.ready(node.url);
    expect(await worksAt(node)).toEqual([201, 200]);
    expect(await node.process.kill('SIGTERM')).toBe(0);
  },
);

it('says which store goes away in the middle, and goes on by itself once it is back', async () => {
  const node = await system.startApi({ DATABASE_URL: database.url, EVENT_STORE_URL: eventStore.url });
  await node.process.ready(node.url);
  for (const [missing, { proxy }, path] of [
    ['database', database, '/v1/api-keys'],
    ['event_store', eventStore, '/v1/whoami'],
  ] as const) {
    const { body: key } = await at(node, system.session.admin_token).post('/v1/api-keys', { name: missing });
    proxy.cut();
    await eventually(`503 without the ${missing}`, async () => {
      const credential = missing === 'database' ? system.session.admin_token : String(key['secret']);
      const { status, body } = await at(node, credential).get(path);
      if (status !== 503) return null;
      expect(body).toMatchObject({ detail: { code: `${missing}_unavailable` } });
      return true;
    });
    await eventually('readiness that says so', async () => {
      const { status, body } = await at(node, system.session.platform_token).get('/readyz');
      const dependencies = body['dependencies'] as Readonly<Record<string, string>>;
      return status === 503 && dependencies[missing] === 'unavailable' ? true : null;
    });
    proxy.heal();
    await node.process.ready(node.url);
    expect(await worksAt(node)).toEqual([201, 200]);
  }
});

it('the projector says that it waits for a store, and goes on by itself once it is there', async () => {
  database.proxy.cut();
  const projector = await system.startProjector({ DATABASE_URL: database.url });
  const refused = await eventually('an answer', () =>
    at(projector, null)
      .get('/readyz')
      .catch(() => null),
  );
  expect(refused).toMatchObject({ status: 503, body: { dependencies: { database: 'unavailable' } } });
  database.proxy.heal();
  await projector.process.ready(projector.url);
  expect(await projector.process.kill('SIGTERM')).toBe(0);
});

it('stops at once while it waits for the lock of another that migrates', async () => {
  const holder = new pg.Client({ connectionString: storesOf(system).databaseUrl });
  await holder.connect();
  await holder.query('select pg_advisory_lock(7466203871)');
  const projector = await system.startProjector();
  await eventually('an answer', () =>
    at(projector, null)
      .get('/readyz')
      .catch(() => null),
  );
  expect(await projector.process.kill('SIGTERM')).toBe(0);
  await holder.end();
});

it('stops at once while it waits for an event store that takes connections and says nothing', async () => {
  const silent = await silentServer();
  try {
    const projector = await system.startProjector({ EVENT_STORE_URL: `esdb://127.0.0.1:${silent.port}?tls=false` });
    await eventually('a connection', () => (silent.connections() > 0 ? true : null));
    // Cut short after 9 s it would end with 1.
    expect(await projector.process.kill('SIGTERM')).toBe(0);
  } finally {
    silent.stop();
  }
});

/** The run of an app that must not start. */
function ended(app: 'api' | 'projector', wrong: Readonly<Record<string, string>>) {
  const { databaseUrl, eventStoreUrl } = storesOf(system);
  const right = { DATABASE_URL: databaseUrl, EVENT_STORE_URL: eventStoreUrl, DEV_ISSUER: 'true', DATA_DIR: directory };
  return runToItsEnd(ENTRIES[app], { ...right, PORT: '0', LOG_LEVEL: 'error', ...wrong });
}

/** The first answer of a node that may still be on its way up. */
function answered(node: Node) {
  return eventually('an answer', () =>
    at(node, system.session.admin_token)
      .get('/v1/api-keys')
      .catch(() => null),
  );
}

/** A write, and a read that waits for it. */
async function worksAt(node: Node): Promise<readonly number[]> {
  const admin = at(node, system.session.admin_token);
  const created = await admin.post('/v1/api-keys', { name: 'after the outage' });
  const position = created.headers.get('x-log-position') ?? '';
  const path = `/v1/api-keys/${String(created.body['id'])}`;
  const read = await eventually('the key', async () => {
    const answer = await admin.get(path, { 'x-min-log-position': position });
    return answer.text.includes('read_model_behind') ? null : answer;
  });
  return [created.status, read.status];
}

function at(node: Node, credential: string | null): ApiClient {
  return new ApiClient(node.url, credential);
}

async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
