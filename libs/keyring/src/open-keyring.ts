import { join } from 'node:path';
import { isError } from '#libs/errors';
import { SettingsInvalid, type Settings } from '#libs/settings';
import { parseKeyring, readKeyring, readOrMakeKeyring } from './keyring-file.js';
import type { Keyring } from './keyring.js';

/**
 * The keys that live outside every database: as `KEYRING` or in `KEYRING_FILE`, else `keyring.json` in the data
 * directory, which is made where `mayMake` says so: nodes that each made their own would refuse each other's keys.
 * @throws SettingsInvalid where there is none, or it cannot be read
 */
export async function openKeyring(
  { keyring, keyringFile, dataDir }: Pick<Settings, 'keyring' | 'keyringFile' | 'dataDir'>,
  { mayMake }: { readonly mayMake: boolean },
): Promise<Keyring> {
  if (keyring !== null) return named('KEYRING', () => parseKeyring('in KEYRING', keyring));
  if (keyringFile !== null) return named('KEYRING_FILE', () => readKeyring(keyringFile));
  if (mayMake) return readOrMakeKeyring(join(dataDir, 'keyring.json'));
  throw new SettingsInvalid([
    'KEYRING_FILE or KEYRING must be set: every node needs the same keys. Only with DEV_ISSUER=true are they made.',
  ]);
}

async function named(setting: string, open: () => Keyring | Promise<Keyring>): Promise<Keyring> {
  try {
    return await open();
  } catch (error) {
    throw new SettingsInvalid([`${setting}: ${isError(error) ? error.message : String(error)}`]);
  }
}
