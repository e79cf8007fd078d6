import { open, readFile, rename } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { codeOf } from '#libs/errors';
import { OperatorFailed } from '../operator-failed.js';

/** `backup.json`, written last: a folder without it is no backup. */
export interface BackupManifest {
  readonly format: 1;
  /** RFC 3339. */
  readonly started_at: string;
  /** Everything that was acknowledged by this instant is in the backup. */
  readonly holds_until: string;
  /** `server_version` of the Postgres that was copied; only the same major version starts from it. */
  readonly postgres_version: string;
  readonly directories: readonly string[];
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
}

const FILE = 'backup.json';

export async function writeManifest(backup: string, manifest: BackupManifest): Promise<void> {
  const unfinished = join(backup, `${FILE}.unfinished`);
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, join(backup, FILE));
}

/** @throws OperatorFailed where it is missing, cannot be read or names a file outside of the backup */
export async function readManifest(backup: string): Promise<BackupManifest> {
  const path = join(backup, FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new OperatorFailed(`There is no ${path}: ${backup} is no backup, or one that was not finished.`);
  });
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw new OperatorFailed(`${path} is damaged.`);
  }
  if (!isManifest(manifest)) throw new OperatorFailed(`${path} is not of a format that this release can restore.`);
  return manifest;
}

function isManifest(value: unknown): value is BackupManifest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, holds_until, directories, files } = value as Partial<Record<keyof BackupManifest, unknown>>;
  return (
    format === 1 &&
    typeof holds_until === 'string' &&
    Array.isArray(directories) &&
    directories.every(isInside) &&
    Array.isArray(files) &&
    files.every(isFile)
  );
}

function isFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { path, sha256 } = value as { readonly path?: unknown; readonly sha256?: unknown };
  return isInside(path) && typeof sha256 === 'string';
}

function isInside(path: unknown): boolean {
  return typeof path === 'string' && path !== '' && !isAbsolute(path) && !normalize(path).startsWith('..');
}
