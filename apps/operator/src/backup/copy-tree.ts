import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '#libs/errors';
import { copyFile, type CopiedFile } from './copy-file.js';

/** Files by their path below the folder that was copied, and the folders, of which some may be empty. */
export interface CopiedTree {
  readonly directories: readonly string[];
  readonly files: ReadonlyMap<string, CopiedFile>;
}

/** What to do with an entry: `empty` makes a folder without what is in it. */
export type Choice = 'copy' | 'empty' | 'leave';

const AT_ONCE = 8;

/**
 * Copies a folder whose files may come, change and go meanwhile.
 * @throws Error at anything that is neither file nor folder: what a link points at would not be part of the copy
 */
export async function copyTree(from: string, to: string, choose: (path: string) => Choice): Promise<CopiedTree> {
  const directories: string[] = [];
  const found: string[] = [];
  await mkdir(to, { recursive: true, mode: 0o700 });
  await walk('');
  const files = new Map<string, CopiedFile>();
  await Promise.all(Array.from({ length: AT_ONCE }, copyNext));
  return { directories, files };

  async function walk(below: string): Promise<void> {
    for (const entry of await entriesOf(join(from, below))) {
      const path = join(below, entry.name);
      const choice = choose(path);
      if (choice === 'leave') continue;
      if (entry.isDirectory()) {
        await mkdir(join(to, path), { mode: 0o700 });
        directories.push(path);
        if (choice === 'copy') await walk(path);
      } else if (entry.isFile()) {
        found.push(path);
      } else {
        throw new Error(`${join(from, path)} is neither a file nor a folder`);
      }
    }
  }

  async function copyNext(): Promise<void> {
    for (let path = found.pop(); path !== undefined; path = found.pop()) {
      const copied = await copyFile(join(from, path), join(to, path));
      if (copied !== null) files.set(path, copied);
    }
  }
}

/** Makes what a file needs above it, and copies it. @throws Error where it is missing */
export async function copyInto(from: string, to: string): Promise<CopiedFile> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const copied = await copyFile(from, to);
  if (copied === null) throw new Error(`${from} is missing`);
  return copied;
}

/** None where the folder was dropped since it was seen. */
async function entriesOf(directory: string) {
  return readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
}
