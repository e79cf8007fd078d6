import { isError } from './is-error.js';

/** The `code` that an error of Node, of a library or of ours carries, such as `ENOENT`; empty where there is none. */
export function codeOf(thrown: unknown): string {
  return isError(thrown) && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}
