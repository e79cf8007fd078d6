import { ApiClient, StartedSystem, eventually, proxyStore, storesOf, type Node, type TcpProxy } from '#libs/testing';

const STALE_AFTER_MS = 2_000;
const KEYS = 30;
const onPostgres = process.env['EVENT_STORE_TEST_URL'] === undefined ? it : it.skip;

let system: StartedSystem;
let other: Node;
/** Between the other node and the event store. */
let proxy: TcpProxy;

beforeAll(async () => {
  system = await StartedSystem.start({
    mode: 'apart',
    env: { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'error', DIRECTORY_STALE_AFTER_MS: String(STALE_AFTER_MS) },
  });
  const through = await proxyStore(storesOf(system).eventStoreUrl);
  proxy = through.proxy;
  other = await system.startApi({ EVENT_STORE_URL: through.url });
  await other.process.ready(other.url);
});
afterAll(async () => {
  await system.dispose();
  await proxy.stop();
});

it('refuses a key on every node once it was revoked on one', async () => {
  const keys = await Promise.all(Array.from({ length: KEYS }, create));
  expect(await Promise.all(keys.map(({ secret }) => codeAt(other.url, secret)))).toEqual(keys.map(() => 'valid'));
  await Promise.all(keys.map(revoke));
  await eventually('the other node’s refusals', async () => {
    const codes = await Promise.all(keys.map(({ secret }) => codeAt(other.url, secret)));
    return codes.every((code) => code === 'revoked') || null;
  });
  const answers = await Promise.all(keys.map(({ secret }) => new ApiClient(other.url, secret).get('/v1/whoami')));
  expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 401));
});

it('refuses every key on a node that is cut off from the store, says so, and recovers by itself', async () => {
  const key = await create();
  expect(await codeAt(other.url, key.secret)).toBe('valid');
  proxy.cut();
  await revoke(key);
  await refusesAndSaysSo({ event_store: 'unavailable', key_directory: 'unavailable', database: 'ok' });
  // The node that is not cut off does not mind.
  expect(await codeAt(system.url, key.secret)).toBe('revoked');
  proxy.heal();
  await recovers(key.secret);
});

/** On EventStoreDB everything goes through one connection; what its adapter does then is tested with the adapter. */
onPostgres('refuses every key while only its subscription stalls, though reads and pings go on', async () => {
  const key = await create();
  expect(await codeAt(other.url, key.secret)).toBe('valid');
  proxy.stall((head) => head.includes('keyledger events watch'));
  await revoke(key);
  await refusesAndSaysSo({ event_store: 'ok', key_directory: 'unavailable', database: 'ok' });
  proxy.heal();
  await recovers(key.secret);
});

/** 503 for verifications and for keys as credentials, on `/readyz` and in the metrics. */
async function refusesAndSaysSo(dependencies: Readonly<Record<string, string>>): Promise<void> {
  const held = await create();
  await eventually('the refusal', async () => {
    const { status, body } = await verifyAt(other.url, held.secret);
    if (status !== 503) return null;
    expect(body).toMatchObject({ detail: { code: 'event_store_unavailable' } });
    return true;
  });
  const asKey = await new ApiClient(other.url, held.secret).get('/v1/whoami');
  expect(asKey).toMatchObject({ status: 503, body: { detail: { code: 'event_store_unavailable' } } });
  expect(asKey.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  const operator = new ApiClient(other.url, system.session.platform_token);
  await eventually('readiness that says so', async () => {
    const { status, body } = await operator.get('/readyz');
    return status === 503 && JSON.stringify(body['dependencies']) === JSON.stringify(inOrder(dependencies))
      ? true
      : null;
  });
  const staleness = /^keyledger_key_directory_staleness_seconds (\S+)$/m.exec(
    (await operator.get('/metrics')).text,
  )?.[1];
  expect(Number(staleness)).toBeGreaterThan(STALE_AFTER_MS / 1_000);
}

/** Without a restart; from its first answer on it knows what was revoked meanwhile. */
async function recovers(revoked: string): Promise<void> {
  await eventually('the recovery', async () => {
    const { status, body } = await verifyAt(other.url, revoked);
    if (status === 503) return null;
    expect({ status, code: body['code'] }).toEqual({ status: 200, code: 'revoked' });
    return true;
  });
  await other.process.ready(other.url);
}

function inOrder({ database, event_store, key_directory }: Readonly<Record<string, string>>) {
  return { database, event_store, key_directory };
}

interface Key {
  readonly id: string;
  readonly secret: string;
}

async function create(): Promise<Key> {
  const { body, text } = await admin().post('/v1/api-keys', { name: 'to be revoked' });
  if (typeof body['secret'] !== 'string') throw new Error(`no key: ${text}`);
  return { id: String(body['id']), secret: body['secret'] };
}

async function revoke({ id }: Key): Promise<void> {
  expect((await admin().post(`/v1/api-keys/${id}/revoke`)).status).toBe(200);
}

function verifyAt(url: string, key: string) {
  return new ApiClient(url, system.session.platform_token).post('/v1/api-keys/verify', { key });
}

async function codeAt(url: string, key: string): Promise<unknown> {
  return (await verifyAt(url, key)).body['code'];
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
