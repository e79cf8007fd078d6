import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes once what the systems of all end-to-end tests begin with, by the product itself; see `system/templates.ts`. */
export default async function makeTemplates() {
  const directory = await mkdtemp(join(tmpdir(), 'keyledger-templates-'));
  process.env.KEYLEDGER_TEST_TEMPLATES = directory;
  try {
    await Promise.all([makeDataDirectory(directory), makePostgres(directory)]);
  } catch (error) {
    // Not a reason to run no test at all: those that start a system will say the same.
    console.error('the end-to-end tests begin without a template:', error);
  }
}

async function makeDataDirectory(directory) {
  const { StartedSystem } = await import('../../../../dist/libs/testing/src/index.js');
  const dataDir = join(directory, 'data-directory.unfinished');
  await mkdir(dataDir, { mode: 0o700 });
  const system = await StartedSystem.start({ dataDir });
  await system.kill('SIGTERM');
  await rm(join(dataDir, 'test.log'));
  await rename(dataDir, join(directory, 'data-directory'));
}

async function makePostgres(directory) {
  const { EmbeddedPostgres } = await import('../../../../dist/libs/embedded-postgres/src/index.js');
  const unfinished = join(directory, 'postgres.unfinished');
  const server = await EmbeddedPostgres.start({ directory: unfinished });
  await server.database('keyledger').finally(() => server.stop());
  await rename(unfinished, join(directory, 'postgres'));
}
