import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { codeOf } from '#libs/errors';

/** What a copy holds. */
export interface CopiedFile {
  readonly size: number;
  /** SHA-256 in hex, of the bytes that were written. */
  readonly sha256: string;
}

const CHUNK = 1024 * 1024;

/**
 * Copies a file to a new one that only its owner can read, durably. It may change meanwhile: what was there when it was
 * read is copied, and the digest is of that.
 * @returns null where it is gone, which files of a running Postgres may be at any moment
 */
export async function copyFile(from: string, to: string): Promise<CopiedFile | null> {
  const source = await open(from, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (source === null) return null;
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      const buffer = Buffer.alloc(Math.min(CHUNK, (await source.stat()).size + 1));
      let size = 0;
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, buffer.length, size);
        if (bytesRead === 0) break;
        const chunk = buffer.subarray(0, bytesRead);
        hash.update(chunk);
        await target.writeFile(chunk);
        size += bytesRead;
      }
      await target.sync();
      return { size, sha256: hash.digest('hex') };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
