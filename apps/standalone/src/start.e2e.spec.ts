import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient, ENTRIES, StartedSystem, eventually, runToItsEnd } from '#libs/testing';
import { isAlive, postmasterOf } from './testing/postmaster.js';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keyledger-start-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

it('keeps organization, tokens and keys over a restart, in files for the owner alone', async () => {
  const system = await StartedSystem.start({ first: true });
  try {
    const before = system.session;
    const key = await new ApiClient(system.url, before.admin_token).post('/v1/api-keys', { name: 'lasting' });
    const files = ['session.json', 'keyring.json', 'issuer.json', join('postgres', 'owner-password')];
    const modes = await Promise.all(files.map(async (file) => (await stat(join(system.dataDir, file))).mode & 0o777));
    expect(modes).toEqual(files.map(() => 0o600));

    expect(await system.kill('SIGTERM')).toBe(0);
    await system.launch();
    const { admin_token, platform_token, org_id } = before;
    expect(system.session).toMatchObject({ org_id, platform_token });
    for (const credential of [admin_token, system.session.admin_token, platform_token]) {
      const verified = await new ApiClient(system.url, credential).post('/v1/api-keys/verify', {
        key: key.body['secret'],
      });
      expect(verified).toMatchObject({ status: 200, body: { valid: true, key_id: key.body['id'], org_id } });
    }
  } finally {
    await system.dispose();
  }
});

it('refuses a data directory that another process holds, and leaves that one alone', async () => {
  const first = await StartedSystem.start();
  try {
    const postgres = await postmasterOf(first.dataDir);
    const { code, output } = await runToItsEnd(ENTRIES.standalone, {
      DEV_ISSUER: 'true',
      PORT: '0',
      DATA_DIR: first.dataDir,
    });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('another Keyledger runs') as string });
    expect(output).toContain(first.dataDir);
    expect(await postmasterOf(first.dataDir)).toBe(postgres);
    const { session } = first;
    const answer = await new ApiClient(first.url, session.admin_token).post('/v1/api-keys', { name: 'undisturbed' });
    expect(answer.status).toBe(201);
  } finally {
    await first.dispose();
  }
});

it('says that its port is taken, and takes its Postgres with it', async () => {
  const { server, port } = await takenPort();
  try {
    const { code, output } = await runToItsEnd(ENTRIES.standalone, {
      DEV_ISSUER: 'true',
      PORT: String(port),
      DATA_DIR: dataDir,
    });
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`PORT.*${port}|${port}.*PORT`));
    expect(output).not.toMatch(/^\s+at /m);
    expect(existsSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
    expect(existsSync(join(dataDir, 'session.json'))).toBe(false);
  } finally {
    server.close();
  }
});

it('names everything that is wrong with its settings, and touches nothing', async () => {
  const { code, output } = await runToItsEnd(ENTRIES.standalone, {
    ...{ PORT: '70000', DIRECTORY_MAX_KEYS: 'many', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://u:hidden-password@h/d' },
    ...{ DEV_ISSUER: 'true', OIDC_ISSUER: 'https://issuer.test', DATA_DIR: dataDir },
  });
  expect(code).toBe(1);
  for (const name of [
    'PORT',
    'DIRECTORY_MAX_KEYS',
    'LOG_LEVEL',
    'DATABASE_URL',
    'OIDC_AUDIENCE',
    'exclude each other',
  ]) {
    expect(output).toContain(name);
  }
  expect(output).not.toContain('hidden-password');
  await expect(readdir(dataDir)).resolves.toEqual([]);
});

it('says so when nobody could sign in', async () => {
  const { code, output } = await runToItsEnd(ENTRIES.standalone, { PORT: '0', DATA_DIR: dataDir });
  expect(code).toBe(1);
  expect(output).toMatch(/OIDC_ISSUER/);
  expect(output).toMatch(/DEV_ISSUER/);
  await expect(readdir(dataDir)).resolves.toEqual([]);
});

it('takes its Postgres with it when it is killed', async () => {
  const system = await StartedSystem.start();
  try {
    const postgres = await postmasterOf(system.dataDir);
    expect(isAlive(postgres)).toBe(true);
    await system.kill('SIGKILL');
    await eventually('the end of Postgres', async () => (isAlive(postgres) ? null : true));
  } finally {
    await system.dispose();
  }
});

async function takenPort(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}
