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
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`the keyring ${path} cannot be read: ${isError(error) ? error.message : String(error)}`);
  }
  return parseKeyring(path, text);
}

/** The keys that the file's text holds; `source` says in errors where it is. @throws Error that never shows a key */
export function parseKeyring(source: string, text: string): Keyring {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Without the cause: a parser's message may quote a key.
    throw new Error(`the keyring ${source} cannot be read: it is no JSON`);
  }
  if (!isKeyringJson(json)) throw new Error(`the keyring ${source} must hold current_pepper, peppers and position_key`);
  const peppers = new Map(
    Object.entries(json.peppers).map(([version, key]) => [Number(version), decode(source, `pepper ${version}`, key)]),
  );
  if (![...peppers.keys()].every((version) => Number.isSafeInteger(version) && version > 0)) {
    throw new Error(`the keyring ${source} numbers its peppers with whole numbers from 1`);
  }
  if (!peppers.has(json.current_pepper))
    throw new Error(`the keyring ${source} does not hold its current pepper ${json.current_pepper}`);
  return {
    currentPepper: json.current_pepper,
    peppers,
    positionKey: decode(source, 'position_key', json.position_key),
  };
}

/** Reads the keys, making the file (mode 0600) with fresh ones where there is none; of two makers one wins. */
export async function readOrMakeKeyring(path: string): Promise<Keyring> {
  const key = (): string => randomBytes(KEY_BYTES).toString('base64');
  const fresh: KeyringJson = { current_pepper: 1, peppers: { '1': key() }, position_key: key() };
  await makePrivateFile(path, `${JSON.stringify(fresh, null, 2)}\n`);
  return readKeyring(path);
}

function decode(source: string, name: string, base64: string): Buffer {
  const key = Buffer.from(base64, 'base64');
  if (key.length !== KEY_BYTES)
    throw new Error(`the keyring ${source}: ${name} must be ${KEY_BYTES} bytes in base64, it has ${key.length}`);
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
