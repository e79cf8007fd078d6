import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyring, readOrMakeKeyring } from './keyring-file.js';

const KEY = randomBytes(32).toString('base64');
const SHORT = randomBytes(31).toString('base64');

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-keyring-'));
  path = join(directory, 'keys', 'keyring.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('makes keys that only the owner can read, and finds the same ones ever after', async () => {
  const made = await readOrMakeKeyring(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(made).toMatchObject({ currentPepper: 1 });
  expect([made.peppers.get(1), made.positionKey].map((key) => key?.length)).toEqual([32, 32]);
  await expect(readOrMakeKeyring(path)).resolves.toEqual(made);
  await expect(readKeyring(path)).resolves.toEqual(made);
});

it('gives makers at the same time the same keys, and leaves no other file', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => readOrMakeKeyring(path)));
  for (const keyring of made) expect(keyring).toEqual(made[0]);
  await expect(readdir(join(directory, 'keys'))).resolves.toEqual(['keyring.json']);
});

it('reads every pepper that is kept', async () => {
  await write({ current_pepper: 3, peppers: { '1': KEY, '3': KEY }, position_key: KEY });
  const { currentPepper, peppers } = await readKeyring(path);
  expect([currentPepper, [...peppers.keys()]]).toEqual([3, [1, 3]]);
});

it.each<[string, unknown, RegExp]>([
  ['without peppers', { current_pepper: 1, position_key: KEY }, /must hold current_pepper, peppers and position_key/],
  ['that is a list', [KEY], /must hold/],
  ['that is null', null, /must hold/],
  ['with a pepper that is no text', { current_pepper: 1, peppers: { '1': 7 }, position_key: KEY }, /must hold/],
  ['without its current pepper', { current_pepper: 2, peppers: { '1': KEY }, position_key: KEY }, /current pepper 2/],
  ['with a pepper 0', { current_pepper: 0, peppers: { '0': KEY }, position_key: KEY }, /whole numbers from 1/],
  ['with a named pepper', { current_pepper: 1, peppers: { '1': KEY, old: KEY }, position_key: KEY }, /whole numbers/],
  [
    'with a short pepper',
    { current_pepper: 1, peppers: { '1': SHORT }, position_key: KEY },
    /pepper 1 must be 32 bytes/,
  ],
  ['with a short position key', { current_pepper: 1, peppers: { '1': KEY }, position_key: SHORT }, /position_key must/],
])('refuses a file %s, by its name and without a key', async (_, content, problem) => {
  await write(content);
  await expectRefusal(problem);
});

it('refuses a file that is no JSON without quoting it', async () => {
  await write({ current_pepper: 1, peppers: { '1': KEY }, position_key: KEY });
  await writeFile(path, (await readFile(path, 'utf8')).replace('{', `${KEY}{`));
  await expectRefusal(/it is no JSON/);
});

it('refuses a file that is not there where none may be made', async () => {
  await expect(readKeyring(path)).rejects.toThrow(/ENOENT/);
});

async function write(content: unknown): Promise<void> {
  await readOrMakeKeyring(path);
  await writeFile(path, JSON.stringify(content));
}

async function expectRefusal(problem: RegExp): Promise<void> {
  for (const read of [readKeyring, readOrMakeKeyring]) {
    const refusal: unknown = await read(path).catch((error: unknown) => error);
    const message = refusal instanceof Error ? `${refusal.message} ${String(refusal.cause)}` : '';
    expect(message).toMatch(problem);
    expect(message).toContain(path);
    for (const key of [KEY, SHORT]) expect(message).not.toContain(key.slice(0, 12));
  }
}
