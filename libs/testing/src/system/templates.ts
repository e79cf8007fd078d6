import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** `data-directory`: of an embedded product that was started once and stopped. `postgres`: a cluster that holds nothing yet. */
export type Template = 'data-directory' | 'postgres';

/** Where `jest/make-templates.mjs` has put what every system of a run begins with, null without it. */
const templates = (): string | null => process.env['KEYLEDGER_TEST_TEMPLATES'] ?? null;

/**
 * Copies what the run has made once into a directory: a third of what making it again costs. Does nothing where there is
 * no such template; what is started there then makes its own.
 */
export async function copyTemplate(name: Template, directory: string): Promise<void> {
  const from = join(templates() ?? '', name);
  if (templates() === null || !existsSync(from)) return;
  // Not `fs.cp`: it keeps no owner, and Postgres is nobody's where root may not make a namespace for it.
  await promisify(execFile)('cp', ['-a', `${from}/.`, directory], { timeout: 180_000 });
}

/** For processes that a run starts by the hundred: the code that Node has compiled in one of them, for all others. */
export function compileCache(): Readonly<Record<string, string>> {
  const directory = templates();
  return directory === null ? {} : { NODE_COMPILE_CACHE: join(directory, 'compile-cache') };
}
