import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOrDeriveLastingSession, writeSession, type Session } from './session-file.js';

const TOKEN = 'plt_a-token-that-nobody-may-see';
const derive = (purpose: string): Buffer => createHash('sha256').update(purpose).digest();
const deriveOther = (purpose: string): Buffer => derive(`${purpose} of another`);

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-session-'));
  path = join(directory, 'session.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('derives an organization at the first start, the same on every node, and writes nothing before it is told to', async () => {
  const made = await readOrDeriveLastingSession(directory, derive);
  expect(made).toEqual({
    org_id: expect.stringMatching(/^org_[0-9A-Za-z]{20}$/) as string,
    org_slug: 'acme',
    platform_token: expect.stringMatching(/^plt_[0-9A-Za-z]{43}$/) as string,
  });
  await expect(readOrDeriveLastingSession(directory, derive)).resolves.toEqual(made);
  await expect(readOrDeriveLastingSession(directory, deriveOther)).resolves.not.toEqual(made);
  await expect(readdir(directory)).resolves.toEqual([]);
});

it('finds what was written, for the owner alone and whole', async () => {
  const made = await readOrDeriveLastingSession(directory, derive);
  await writeSession(directory, session(made));
  await writeFile(path, 'public', { mode: 0o644 });
  await rm(path);
  await writeSession(directory, session(made));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(readdir(directory)).resolves.toEqual(['session.json']);
  await expect(readOrDeriveLastingSession(directory, deriveOther)).resolves.toEqual(made);
});

it.each([
  ['no JSON', `{"platform_token": "${TOKEN}"`],
  ['of another shape', JSON.stringify({ platform_token: TOKEN })],
  ['null', 'null'],
  ['empty', ''],
])('refuses a file that is %s rather than hide an organization behind a new one', async (_, text) => {
  await writeFile(path, text);
  const refusal: unknown = await readOrDeriveLastingSession(directory, derive).catch((error: unknown) => error);
  expect(String(refusal)).toContain(path);
  expect(String(refusal)).not.toContain(TOKEN);
});

function session(lasting: Pick<Session, 'org_id' | 'org_slug' | 'platform_token'>): Session {
  return { ...lasting, url: 'http://127.0.0.1:3000', console_url: 'http://127.0.0.1:3000/acme', admin_token: 'jwt' };
}
