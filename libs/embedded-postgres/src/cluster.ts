import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries.js';
import type { Unprivileged } from './unprivileged.js';

const OWNER = 'keyledger';

/** `.s.PGSQL.5432` must fit behind the directory in 107 bytes. */
const LONGEST_SOCKET_DIRECTORY = 90;

/** The files of one Postgres cluster. */
export interface Cluster {
  readonly data: string;
  readonly socketDirectory: string;
  /** The superuser's URL for the given database. */
  url(database: string): string;
}

/** Makes the cluster on the first call (a crash in the middle starts over), and finds it again on later ones. */
export async function openCluster(directory: string, binaries: PostgresBinaries, how: Unprivileged): Promise<Cluster> {
  await mkdir(directory, { recursive: true });
  const data = join(directory, 'data');
  const passwordFile = join(directory, 'owner-password');
  if (!existsSync(data)) await initialise(directory, data, passwordFile, binaries, how);
  const password = (await readFile(passwordFile, 'utf8')).trim();
  const socketDirectory = await privateSocketDirectory(directory, how);
  const url = (database: string): string =>
    `postgres://${OWNER}:${encodeURIComponent(password)}@localhost/${encodeURIComponent(database)}?host=${encodeURIComponent(socketDirectory)}`;
  return { data, socketDirectory, url };
}

async function initialise(
  directory: string,
  data: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  how: Unprivileged,
): Promise<void> {
  const unfinished = join(directory, 'data.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await own(directory, how);
  await own(passwordFile, how);
  const [command = '', ...args] = [
    ...how.prefix,
    binaries.initdb,
    ...[
      '-D',
      unfinished,
      '-U',
      OWNER,
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ],
  ];
  await promisify(execFile)(command, args, { timeout: 60_000, ...how.owner });
  await rename(unfinished, data);
}

async function privateSocketDirectory(directory: string, how: Unprivileged): Promise<string> {
  const beside = join(directory, 'socket');
  const path =
    Buffer.byteLength(beside) <= LONGEST_SOCKET_DIRECTORY ? beside : await mkdtemp(join(tmpdir(), 'keyledger-pg-'));
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  await own(path, how);
  return path;
}

async function own(path: string, { owner }: Unprivileged): Promise<void> {
  if (owner !== null) await chown(path, owner.uid, owner.gid);
}
