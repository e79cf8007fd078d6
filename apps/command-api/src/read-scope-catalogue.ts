import { readFile } from 'node:fs/promises';
import { DEFAULT_SCOPE_CATALOGUE, parseScopeCatalogue, type ScopeCatalogue } from '#libs/domain';
import { isError } from '#libs/errors';

/**
 * The scopes that keys may be given: the operator's file (`SCOPES_FILE`), or the shipped catalogue.
 * @throws Error that names the file and what is wrong with it
 */
export async function readScopeCatalogue(path: string | null): Promise<ScopeCatalogue> {
  if (path === null) return DEFAULT_SCOPE_CATALOGUE;
  try {
    return parseScopeCatalogue(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`SCOPES_FILE ${path}: ${isError(error) ? error.message : String(error)}`, { cause: error });
  }
}
