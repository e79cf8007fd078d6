import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries.js';
import type { Unprivileged } from './unprivileged.js';

const OWNER = 'keyledger';

/** `.s.PGSQL.5432` must fit behind the directory in 107 bytes. */
const LONGEST_SOCKET_DIRECTORY = 90;

/** The files of one Postgres cluster. */
export interface Cluster {
  /** Absolute, for it is also how a Postgres is recognised. */
  readonly data: string;
  readonly socketDirectory: string;
  /** The superuser's URL for the given database. */
  url(database: string): string;
  /** Removes what lies outside the cluster's own directory; only once its Postgres is gone. */
  tidy(): Promise<void>;
}

/** Makes the cluster on the first call (a crash in the middle starts over), and finds it again on later ones. */
export async function openCluster(at: string, binaries: PostgresBinaries, how: Unprivileged): Promise<Cluster> {
  // Clients and Postgres, which works in another directory, must mean the same socket.
  const directory = resolve(at);
  await mkdir(directory, { recursive: true });
  const data = join(directory, 'data');
  const passwordFile = join(directory, 'owner-password');
  if (!existsSync(data)) await initialise(directory, data, passwordFile, binaries, how);
  const socketDirectory = await privateSocketDirectory(directory, how);
  const url = await ownersUrls(directory, socketDirectory);
  const tidy = async (): Promise<void> => {
    if (socketDirectory !== join(directory, 'socket')) await rm(socketDirectory, { recursive: true, force: true });
  };
  return { data, socketDirectory, url, tidy };
}

/**
 * The superuser's URL of a database of the cluster in that directory, which another process may be running.
 * @throws Error where there is no cluster
 */
export async function clusterUrl(at: string, database: string): Promise<string> {
  const directory = resolve(at);
  return (await ownersUrls(directory, await socketPath(directory)))(database);
}

async function ownersUrls(directory: string, socketDirectory: string): Promise<(database: string) => string> {
  const password = (await readFile(join(directory, 'owner-password'), 'utf8')).trim();
  return (database) =>
    `postgres://${OWNER}:${encodeURIComponent(password)}@localhost/${encodeURIComponent(database)}?host=${encodeURIComponent(socketDirectory)}`;
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

/**
 * Beside the cluster, or, where that path is too long for a socket, below the system's temporary directory: under a name
 * that is the same each time, so that the next start takes up again what a killed one left.
 */
async function privateSocketDirectory(directory: string, how: Unprivileged): Promise<string> {
  const path = await socketPath(directory);
  await mkdir(path, { recursive: true, mode: 0o700 });
  // Anybody can make a directory, or a link to one, of that name in a temporary directory: take no one else's.
  const found = await lstat(path);
  if (!found.isDirectory() || ![process.getuid?.() ?? found.uid, how.owner?.uid].includes(found.uid))
    throw new Error(`${path} is not a directory of ours; remove it`);
  await chmod(path, 0o700);
  await own(path, how);
  return path;
}

async function socketPath(directory: string): Promise<string> {
  const beside = join(directory, 'socket');
  if (Buffer.byteLength(beside) <= LONGEST_SOCKET_DIRECTORY) return beside;
  const name = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex');
  return join(tmpdir(), `keyledger-pg-${name.slice(0, 32)}`);
}

async function own(path: string, { owner }: Unprivileged): Promise<void> {
  if (owner !== null) await chown(path, owner.uid, owner.gid);
}
