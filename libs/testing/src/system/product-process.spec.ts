import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProductProcess } from './product-process.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-process-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('ends a process that a test has left stopped', async () => {
  const entry = join(directory, 'endless.mjs');
  await writeFile(entry, 'setInterval(() => undefined, 1_000);');
  const endless = new ProductProcess({ entry, env: {}, logFile: join(directory, 'log') });
  endless.signal('SIGSTOP');
  expect(await endless.kill('SIGTERM')).toBeNull();
});
