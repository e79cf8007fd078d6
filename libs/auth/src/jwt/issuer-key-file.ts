import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { codeOf } from '#libs/errors';
import { makePrivateFile } from '#libs/keyring';

const FILE = 'issuer.json';

/**
 * The embedded issuer's private key (JWK, ES256), made where there is none: of two makers one wins, and both use its key.
 * @throws Error that names the file and never shows the key
 */
export async function readOrMakeIssuerKey(dataDirectory: string): Promise<JWK> {
  const path = join(dataDirectory, FILE);
  const there = await readKey(path);
  if (there !== null) return there;
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
      `the issuer key ${path} cannot be read (${code || 'no ES256 key as JWK'}); remove it to have a new one made`,
    );
  }
}
