import { readFileSync } from 'node:fs';

/** Found from the repository's folder. */
export function readContractFile(path: string): unknown {
  return JSON.parse(readFileSync(`libs/contracts/${path}`, 'utf8'));
}
