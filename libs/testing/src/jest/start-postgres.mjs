import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One Postgres for all integration tests of a run; each test file makes its own database in it. */
export default async function startPostgres() {
  const { EmbeddedPostgres } = await import('../../../../dist/libs/embedded-postgres/src/index.js');
  const directory = await mkdtemp(join(tmpdir(), 'keyledger-test-'));
  const settings = { fsync: 'off', max_connections: '200' };
  const server = await EmbeddedPostgres.start({ directory, settings });
  globalThis.keyledgerTestPostgres = { server, directory };
  process.env.KEYLEDGER_TEST_POSTGRES = await server.database('keyledger_tests');
}
