import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { mintPlatformToken, toBase62 } from '#libs/auth';
import { codeOf } from '#libs/errors';

/** What the embedded default shows of itself to whoever may read its data directory, and nowhere else. */
export interface Session {
  readonly url: string;
  readonly console_url: string;
  readonly org_id: string;
  readonly org_slug: string;
  /** A JWT of the embedded issuer, valid for 12 hours. */
  readonly admin_token: string;
  readonly platform_token: string;
}

/** What stays the same from one start to the next. */
export type LastingSession = Pick<Session, 'org_id' | 'org_slug' | 'platform_token'>;

const FILE = 'session.json';

/**
 * The organization and platform token of an earlier start, else those that follow from the signing key, so that all
 * nodes that share a data directory have the same ones from their first start on.
 * @throws Error that names a file it cannot read
 */
export async function readOrDeriveLastingSession(
  dataDirectory: string,
  derive: (purpose: string) => Buffer,
): Promise<LastingSession> {
  const path = join(dataDirectory, FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw unreadable(path, error);
  });
  if (text !== null) return parseLasting(path, text);
  const id = toBase62(BigInt(`0x${derive('organization').toString('hex')}`), 20);
  return { org_id: `org_${id}`, org_slug: 'acme', platform_token: mintPlatformToken(derive('platform token')) };
}

/** Replaces the file whole, readable by its owner alone; of two nodes that share it the later one wins. */
export async function writeSession(dataDirectory: string, session: Session): Promise<void> {
  const path = join(dataDirectory, FILE);
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${JSON.stringify(session, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

/** Another organization in place of one that cannot be read would hide every key of that, so nobody guesses. */
function parseLasting(path: string, text: string): LastingSession {
  let earlier: unknown;
  try {
    earlier = JSON.parse(text);
  } catch {
    throw unreadable(path, 'it is no JSON');
  }
  if (!isLasting(earlier)) throw unreadable(path, 'it names no organization and platform token');
  const { org_id, org_slug, platform_token } = earlier;
  return { org_id, org_slug, platform_token };
}

function unreadable(path: string, reason: unknown): Error {
  return new Error(
    `${path} cannot be read (${String(reason)}); remove it to have one made from issuer.json, perhaps of another organization`,
  );
}

function isLasting(value: unknown): value is LastingSession {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['org_id', 'org_slug', 'platform_token'].every(
      (name) => typeof (value as Record<string, unknown>)[name] === 'string',
    )
  );
}
