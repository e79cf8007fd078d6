import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ownClusterFiles } from '#libs/embedded-postgres';
import { codeOf } from '#libs/errors';
import { lockDataDirectory } from '#libs/lifecycle';
import { OperatorFailed } from '../operator-failed.js';
import { readManifest, type BackupManifest } from './backup-manifest.js';
import { copyInto } from './copy-tree.js';

/**
 * Makes a data directory from a backup, every file checked against what was written down of it. A Postgres that starts
 * there first replays the write-ahead log that the backup holds.
 * @throws OperatorFailed where the data directory is not empty, or the backup unfinished or damaged; nothing stays then
 */
export async function restoreBackup(from: string, to: string, print: (line: string) => void): Promise<void> {
  const [backup, dataDir] = [resolve(from), resolve(to)];
  const manifest = await readManifest(backup);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // Ahead of the look: a product that starts in between would find its directory emptied by the clean-up below.
  const lock = await lockDataDirectory(dataDir);
  try {
    if ((await readdir(dataDir)).length > 0)
      throw new OperatorFailed(`${dataDir} is not empty. Set DATA_DIR to a new one, or move away what is there.`);
    await restoreInto(dataDir, backup, manifest);
  } finally {
    lock.close();
  }
  print(`${dataDir}: restored, with everything that was acknowledged by ${manifest.holds_until}`);
}

/** Into a directory that is empty and ours, which it is again where this fails. */
async function restoreInto(dataDir: string, backup: string, manifest: BackupManifest): Promise<void> {
  const unfinished = join(dataDir, 'restoring');
  try {
    await copyBack(manifest, backup, unfinished);
    await ownClusterFiles(join(unfinished, 'postgres'));
    // The keys first: a start that finds a cluster without them would make new ones.
    const keys = join(unfinished, 'keys');
    for (const name of await readdir(keys).catch(() => [])) await rename(join(keys, name), join(dataDir, name));
    await rename(join(unfinished, 'postgres'), join(dataDir, 'postgres'));
  } catch (error) {
    for (const name of await readdir(dataDir)) await rm(join(dataDir, name), { recursive: true, force: true });
    throw error;
  }
  await rm(unfinished, { recursive: true, force: true });
}

async function copyBack({ directories, files }: BackupManifest, backup: string, to: string): Promise<void> {
  for (const path of ['postgres/data', ...directories]) await mkdir(join(to, path), { recursive: true, mode: 0o700 });
  for (const { path, sha256 } of files) {
    const copied = await copyInto(join(backup, path), join(to, path)).catch((error: unknown) => {
      if (codeOf(error) === '') throw new OperatorFailed(`The backup is not whole: ${join(backup, path)} is missing.`);
      throw error;
    });
    if (copied.sha256 !== sha256)
      throw new OperatorFailed(`The backup is damaged: ${join(backup, path)} is not what was written.`);
  }
}
