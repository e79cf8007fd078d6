import { mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { OperatorFailed } from '../operator-failed.js';
import { withOwnDatabase } from '../owners-session.js';
import { writeManifest } from './backup-manifest.js';
import { copyCluster } from './copy-cluster.js';
import type { CopiedFile } from './copy-file.js';
import { copyInto } from './copy-tree.js';

export interface BackupSource {
  readonly dataDir: string;
  /** Null: `keyring.json` in the data directory. */
  readonly keyringFile: string | null;
  /** Where `KEYRING` holds the keys there is no file of them, and the operator keeps them. */
  readonly keyringInEnvironment: boolean;
}

/** Of the embedded issuer; not there without `DEV_ISSUER`. */
const SESSION_FILES = ['issuer.json', 'session.json'];

/**
 * Copies everything that the embedded mode keeps into a new folder, while it runs or not: the cluster with event log and
 * read models at one instant, then the keys. In this order, so that no secret in the log is under a pepper that the copy
 * of the keys lacks.
 * @throws OperatorFailed; what was copied until then stays without `backup.json`, which makes it no backup
 */
export async function takeBackup(source: BackupSource, to: string, print: (line: string) => void): Promise<void> {
  const backup = await newFolder(to, source.dataDir);
  const startedAt = new Date();
  const postgres = join(source.dataDir, 'postgres');
  const files = new Map<string, CopiedFile>();
  const [cluster, version] = await withOwnDatabase(source.dataDir, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return [await copyCluster(client, join(postgres, 'data'), join(backup, 'postgres/data')), rows[0]?.server_version];
  });
  for (const [path, copied] of cluster.files) files.set(`postgres/data/${path}`, copied);
  const keep = async (from: string, path: string): Promise<void> =>
    void files.set(path, await copyInto(from, join(backup, path)));
  await keep(join(postgres, 'owner-password'), 'postgres/owner-password');
  if (!source.keyringInEnvironment)
    await keep(source.keyringFile ?? join(source.dataDir, 'keyring.json'), 'keys/keyring.json');
  for (const name of SESSION_FILES)
    if (await exists(join(source.dataDir, name))) await keep(join(source.dataDir, name), `keys/${name}`);

  await writeManifest(backup, {
    format: 1,
    started_at: startedAt.toISOString(),
    holds_until: cluster.holdsUntil.toISOString(),
    postgres_version: version ?? '',
    directories: cluster.directories.map((path) => `postgres/data/${path}`),
    files: [...files].map(([path, copied]) => ({ path, ...copied })),
  });
  const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  print(`${backup}: ${files.size} files, ${Math.ceil(bytes / 1024 / 1024)} MiB`);
  print(`It holds everything that was acknowledged by ${cluster.holdsUntil.toISOString()}.`);
  if (source.keyringInEnvironment) print('The keys are in KEYRING, not in the backup: keep them yourself.');
}

async function newFolder(path: string, dataDir: string): Promise<string> {
  const backup = resolve(path);
  await mkdir(backup, { recursive: true, mode: 0o700 });
  if ((await readdir(backup)).length > 0) throw new OperatorFailed(`${backup} is not empty.`);
  const own = await realpath(dataDir).catch(() => null);
  if (own !== null && `${await realpath(backup)}${sep}`.startsWith(`${own}${sep}`))
    throw new OperatorFailed(`${backup} is inside of ${dataDir}: what becomes of that becomes of the backup.`);
  return backup;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
