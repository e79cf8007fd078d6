import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The process id of the Postgres of a data directory, as it wrote it down itself. @throws Error where there is none */
export async function postmasterOf(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8');
  return Number.parseInt(text, 10);
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
