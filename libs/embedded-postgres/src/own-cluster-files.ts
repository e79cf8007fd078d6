import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unprivileged } from './unprivileged.js';

/** Hands files that were put in place for a cluster to the user that its Postgres will run as, where that is another. */
export async function ownClusterFiles(directory: string): Promise<void> {
  const { owner } = unprivileged();
  if (owner === null) return;
  await chown(directory, owner.uid, owner.gid);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    await chown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
}
