import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '#libs/errors';

/**
 * Writes a new file whole and durable, readable by us alone (mode 0600), with its directories; leaves the one that is
 * there as it is, so of many makers one wins and nobody ever reads half a file.
 */
export async function makePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Random and exclusive: two makers in one process share its id, and a planted link must not be followed.
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(unfinished, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}
