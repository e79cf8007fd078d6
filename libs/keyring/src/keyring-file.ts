import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isError } from '#libs/errors';
import type { Keyring } from './keyring.js';
import { makePrivateFile } from './make-private-file.js';

/** The file's JSON: `{"current_pepper": 1, "peppers": {"1": "<base64>"}, "position_key": "<base64>"}`. */
interface KeyringJson {
  readonly current_pepper: number;
  readonly peppers: Readonly<Record<string, string>>;
  readonly position_key: string;
}

const KEY_BYTES = 32;

/** Reads the keys. @throws Error that names the file and what is wrong with it, never a key */
export async function readKeyring(path: string): Promise<Keyring> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is no JSON' : isError(error) ? error.message : String(error);
    throw new Error(`the keyring ${path} cannot be read: ${reason}`);
  }
  if (!isKeyringJson(json)) throw new Error(`the keyring ${path} must hold current_pepper, peppers and position_key`);
  const peppers = new Map(
    Object.entries(json.peppers).map(([version, key]) => [Number(version), decode(path, `pepper ${version}`, key)]),
  );
  if (![...peppers.keys()].every((version) => Number.isSafeInteger(version) && version > 0)) {
    throw new Error(`the keyring ${path} numbers its peppers with whole numbers from 1`);
  }
  if (!peppers.has(json.current_pepper))
    throw new Error(`the keyring ${path} does not hold its current pepper ${json.current_pepper}`);
  return { currentPepper: json.current_pepper, peppers, positionKey: decode(path, 'position_key', json.position_key) };
}

/** Reads the keys, making the file (mode 0600) with fresh ones where there is none; of two makers one wins. */
export async function readOrMakeKeyring(path: string): Promise<Keyring> {
  const key = (): string => randomBytes(KEY_BYTES).toString('base64');
  const fresh: KeyringJson = { current_pepper: 1, peppers: { '1': key() }, position_key: key() };
  await makePrivateFile(path, `${JSON.stringify(fresh, null, 2)}\n`);
  return readKeyring(path);
}

function decode(path: string, name: string, base64: string): Buffer {
  const key = Buffer.from(base64, 'base64');
  if (key.length !== KEY_BYTES)
    throw new Error(`the keyring ${path}: ${name} must be ${KEY_BYTES} bytes in base64, it has ${key.length}`);
  return key;
}

function isKeyringJson(value: unknown): value is KeyringJson {
  if (typeof value !== 'object' || value === null) return false;
  const { current_pepper, peppers, position_key } = value as Partial<Record<keyof KeyringJson, unknown>>;
  return (
    typeof current_pepper === 'number' &&
    typeof position_key === 'string' &&
    typeof peppers === 'object' &&
    peppers !== null &&
    Object.values(peppers).every((pepper) => typeof pepper === 'string')
  );
}
