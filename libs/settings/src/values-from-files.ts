import { readFileSync } from 'node:fs';
import { codeOf } from '#libs/errors';
import { SETTINGS } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings with a password in them, each with the one that names a file in its place. */
const IN_FILES = [
  [SETTINGS.databaseUrl, SETTINGS.databaseUrlFile],
  [SETTINGS.eventStoreUrl, SETTINGS.eventStoreUrlFile],
  [SETTINGS.natsUrl, SETTINGS.natsUrlFile],
] as const;

/**
 * The environment with what its files hold, so that a mounted secret need not stand in any environment, which everybody
 * can read who may inspect the container.
 */
export function valuesFromFiles(environment: Environment): {
  readonly environment: Environment;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const [{ name }, { name: fileSetting }] of IN_FILES) {
    const path = environment[fileSetting]?.trim() ?? '';
    if (path === '') continue;
    if ((environment[name]?.trim() ?? '') !== '') {
      problems.push(`${name} and ${fileSetting} exclude each other: remove one of them.`);
      continue;
    }
    try {
      values[name] = readFileSync(path, 'utf8').trim();
      // Empty would mean the default: another store than the operator meant.
      if (values[name] === '') problems.push(`${fileSetting} names a file with nothing in it.`);
    } catch (error) {
      problems.push(`${fileSetting} names a file that cannot be read (${codeOf(error)}).`);
    }
  }
  return { environment: { ...environment, ...values }, problems };
}
