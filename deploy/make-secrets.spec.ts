import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import { readKeyring } from '#libs/keyring';
import { parseSettings } from '#libs/settings';
import { readComposeFile } from './testing/compose-file.js';

let parent: string;
let directory: string;

const make = () => promisify(execFile)('sh', ['deploy/make-secrets.sh', directory], { timeout: 60_000 });
const read = async (name: string): Promise<string> => (await readFile(join(directory, name), 'utf8')).trim();

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'keyledger-secrets-'));
  directory = join(parent, 'secrets');
  await make();
});
afterAll(() => rm(parent, { recursive: true }));

it('makes every secret that the production form mounts, readable in containers and for nobody else on the host', async () => {
  const { secrets } = readComposeFile('docker-compose.production.yml');
  const mounted = Object.values(secrets).map(({ file }) => file.replace('deploy/secrets/', ''));
  expect((await readdir(directory)).sort()).toEqual([...mounted, 'event_store_ca.key'].sort());
  for (const name of mounted) expect([name, (await stat(join(directory, name))).mode & 0o777]).toEqual([name, 0o444]);
  expect((await stat(join(directory, 'event_store_ca.key'))).mode & 0o077).toBe(0);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

it('makes settings and a keyring that the product takes, with the passwords that the stores get', async () => {
  const { databaseUrl, eventStoreUrl, natsUrl } = parseSettings({
    DATABASE_URL_FILE: join(directory, 'database_url'),
    EVENT_STORE_URL_FILE: join(directory, 'event_store_url'),
    NATS_URL_FILE: join(directory, 'nats_url'),
  });
  expect(new URL(databaseUrl ?? '').password).toBe(await read('postgres_password'));
  expect(new URL(eventStoreUrl ?? '').password).toBe(await read('event_store_admin_password'));
  expect(new URL(natsUrl ?? '').password).toBe(await read('nats_password'));
  expect((await readKeyring(join(directory, 'keyring.json'))).currentPepper).toBe(1);
});

it('makes a certificate that proves the event store by the name in its URL', async () => {
  const [cert, key, ca] = await Promise.all(
    ['event_store_certificate', 'event_store_private_key', 'event_store_ca.crt'].map(read),
  );
  const { hostname } = new URL(await read('event_store_url'));
  const server = createServer({ cert, key }, (socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, servername: hostname, ca });
  await once(client, 'secureConnect');
  expect(client.authorized).toBe(true);
  client.destroy();
  server.close();
});

it('leaves what is there as it is', async () => {
  const before = await Promise.all((await readdir(directory)).sort().map(read));
  await make();
  expect(await Promise.all((await readdir(directory)).sort().map(read))).toEqual(before);
});
