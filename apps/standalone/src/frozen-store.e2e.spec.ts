import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRIES, ProductProcess, eventually, silentServer, type SilentServer } from '#libs/testing';

let dataDir: string;
let frozen: SilentServer;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keyledger-frozen-'));
  frozen = await silentServer();
});
afterEach(async () => {
  frozen.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

it.each([
  ['an EventStoreDB', 'EVENT_STORE_URL', (port: number) => `esdb://127.0.0.1:${port}?tls=false`],
  ['a Postgres for the events', 'EVENT_STORE_URL', (port: number) => `postgres://u:p@127.0.0.1:${port}/d`],
  ['a Postgres for everything', 'DATABASE_URL', (port: number) => `postgres://u:p@127.0.0.1:${port}/d`],
])('stops in order while it waits for %s that has frozen', async (_, setting, url) => {
  const product = new ProductProcess({
    entry: ENTRIES.standalone,
    env: { DEV_ISSUER: 'true', PORT: '0', DATA_DIR: dataDir, [setting]: url(frozen.port) },
    logFile: join(dataDir, 'test.log'),
  });
  try {
    // Making one takes its time on a busy machine.
    const own = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    await eventually('its own Postgres', () => (setting === 'DATABASE_URL' || existsSync(own) ? true : null));
    await eventually('a connection', () => (frozen.connections() > 0 ? true : null));
    // Cut short after 9 s it would end with 1.
    expect(await product.kill('SIGTERM')).toBe(0);
  } finally {
    await product.kill('SIGKILL');
  }
});
