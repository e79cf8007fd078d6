import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '#libs/settings';

/**
 * Refuses to start where the database is there and the keys that it needs are gone. New ones would be made otherwise, under
 * the same version number: every key would be refused without a word, and the right keyring, once found, would no longer
 * fit what was made meanwhile. A first start makes the keys before the database.
 * @throws Error that says what to do
 */
export function assertKeyringKept({ dataDir, keyring, keyringFile }: Settings): void {
  const [path, cluster] = [join(dataDir, 'keyring.json'), join(dataDir, 'postgres', 'data')];
  if (keyring !== null || keyringFile !== null || existsSync(path) || !existsSync(cluster)) return;
  throw new Error(
    `there is a database in ${cluster}, but no ${path}: the secrets of its API keys were hashed under the pepper in ` +
      'that file. Put it back from its backup; if it is lost, docs/operations.md says how to go on without it.',
  );
}
