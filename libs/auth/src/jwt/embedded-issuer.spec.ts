import { mkdtemp, readFile, rm, stat, writeFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeToken, TokenUsage } from '../cli/make-token.js';
import { EmbeddedIssuer } from './embedded-issuer.js';
import { InvalidToken, UserNotProvisioned } from './jwt-errors.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyledger-issuer-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const person = { org: 'org_b', user: 'u1', role: 'member' };

it('signs tokens that hold over a restart, with a key that only we may read', async () => {
  const token = await (await EmbeddedIssuer.open(directory)).sign({ ...person, orgSlug: 'b', name: 'Bea' });
  const restarted = await EmbeddedIssuer.open(directory);
  expect(await restarted.verifier().verify(token)).toMatchObject({
    ...{ type: 'user', id: 'u1', orgId: 'org_b', orgSlug: 'b', role: 'member', name: 'Bea' },
  });
  expect((await stat(join(directory, 'issuer.json'))).mode & 0o777).toBe(0o600);
});

it('makes one key when many start at once, and leaves nothing else behind', async () => {
  const issuers = await Promise.all(Array.from({ length: 8 }, () => EmbeddedIssuer.open(join(directory, 'new'))));
  const tokens = await Promise.all(issuers.map((issuer) => issuer.sign(person)));
  for (const issuer of issuers) {
    for (const token of tokens) expect((await issuer.verifier().verify(token)).id).toBe('u1');
  }
  expect(await readdir(join(directory, 'new'))).toEqual(['issuer.json']);
});

it('names a key file that it cannot read, and does not show or replace it', async () => {
  const path = join(directory, 'issuer.json');
  await writeFile(path, '{"kty":"EC","d":"very-secret"');
  const failure = await EmbeddedIssuer.open(directory).catch((error: unknown) => String(error));
  expect(failure).toContain(path);
  expect(failure).not.toContain('very-secret');
  expect(await readFile(path, 'utf8')).toContain('very-secret');
});

it('ends a token at its second', async () => {
  let now = 1_750_000_000_000;
  const issuer = await EmbeddedIssuer.open(directory, () => now);
  const token = await issuer.sign({ ...person, expiresInSeconds: 10 });
  now += 9_999;
  expect((await issuer.verifier().verify(token)).id).toBe('u1');
  now += 1;
  await expect(issuer.verifier().verify(token)).rejects.toBeInstanceOf(InvalidToken);
});

describe('npm run token', () => {
  const token = (...args: string[]) => makeToken(args, { DATA_DIR: directory });
  const verify = async (text: string) => (await EmbeddedIssuer.open(directory)).verifier().verify(text);

  it('makes a token for DATA_DIR, whether anything ran there before or not', async () => {
    expect(await verify(await token('--org', 'org_b', '--user', 'u1', '--role=member'))).toMatchObject({
      ...{ id: 'u1', orgId: 'org_b', role: 'member', orgSlug: null, name: null },
    });
    const named = await token('--org', 'o', '--user', 'u', '--role', 'admin', '--name', 'A = B', '--org-slug', 's');
    expect(await verify(named)).toMatchObject({ name: 'A = B', orgSlug: 's' });
  });

  it.each<[string, string[], new (...args: never[]) => Error]>([
    ['expired', ['--expires-in', '-1'], InvalidToken],
    ['expired', ['--expires-in=-100'], InvalidToken],
    ['for another audience', ['--audience', 'other'], InvalidToken],
    ['of another issuer', ['--issuer', 'https://evil.example'], InvalidToken],
    ['without a subject', ['--no-sub'], UserNotProvisioned],
  ])('makes a token that is %s', async (_, args, refusal) => {
    const made = await token('--org', 'org_b', '--user', 'u1', '--role', 'member', ...args);
    await expect(verify(made)).rejects.toBeInstanceOf(refusal);
  });

  it.each([
    [['--org', 'o', '--user', 'u', '--role', 'admin', '--frobnicate', 'x'], 'unknown option --frobnicate'],
    [['--org', 'o', '--user', 'u', '--role', 'admin', 'stray'], 'unknown option stray'],
    [['--org', 'o', '--user', 'u', '--role', 'admin', '--no-sub=x'], 'unknown option --no-sub=x'],
    [['--org', 'o', '--user', 'u'], '--role is required'],
    [['--org', 'o', '--role', 'admin'], '--user is required'],
    [['--user', 'o', '--role', 'admin'], '--org is required'],
    [['--org', 'o', '--org', 'o'], '--org is given twice'],
    [['--org'], '--org needs a value'],
    [['--org', 'o', '--user', 'u', '--role', 'admin', '--expires-in', 'soon'], 'whole number of seconds'],
  ])('refuses %j and lists what there is', async (args, problem) => {
    const failure = token(...args);
    await expect(failure).rejects.toBeInstanceOf(TokenUsage);
    await expect(failure).rejects.toThrow(problem);
    await expect(failure).rejects.toThrow('--expires-in SECONDS');
  });
});
