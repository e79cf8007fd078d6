import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

const FILE = 'issuer.json';

/**
 * The embedded issuer's private key (JWK, ES256), made where there is none: of two makers one wins, and both use its key.
 * @throws Error that names the file and never shows the key
 */
export async function readOrMakeIssuerKey(dataDirectory: string): Promise<JWK> {
  const path = join(dataDirectory, FILE);
  const there = await readKey(path);
  if (there !== null) return there;
  await mkdir(dataDirectory, { recursive: true });
  await makePrivateFile(path, `${JSON.stringify(await generateKey(), null, 2)}\n`);
  const made = await readKey(path);
  if (made === null) throw new Error(`the issuer key ${path} was removed while it was made`);
  return made;
}

async function generateKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
}

/** Null where there is none. */
async function readKey(path: string): Promise<JWK | null> {
  try {
    const key = JSON.parse(await readFile(path, 'utf8')) as JWK;
    if (key.kty !== 'EC' || key.crv !== 'P-256' || typeof key.kid !== 'string')
      throw new TypeError('another kind of key');
    await importJWK(key, 'ES256');
    return key;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return null;
    // Without the cause: a parser's message may quote the key.
    throw new Error(
      `the issuer key ${path} cannot be read (${code ?? 'no ES256 key as JWK'}); remove it to have a new one made`,
    );
  }
}

/** Writes it whole and durable, readable by us alone, or leaves the one that is there. */
async function makePrivateFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await link(unfinished, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}

function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
}
