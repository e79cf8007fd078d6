import { DEFAULT_SCOPE_CATALOGUE } from '#libs/domain';
import { SILENT } from '#libs/observability';
import { DirectoryUnavailable } from './key-directory/directory-unavailable.js';
import { KeyDirectory } from './key-directory/key-directory.js';
import { mintSecret } from './key-secret/mint-secret.js';
import { KeyVerifier } from './key-verifier.js';
import { testHasher } from './testing/hasher.js';
import { KeyLineage, type LineageAct, type LineageOptions } from './testing/key-lineage.js';
import { settle, SteppedEventStore } from './testing/stepped-event-store.js';

const NOW = 1_750_000_000_000;

/** A node whose subscription delivers nothing by itself, so that what holds, holds without any projector or delivery. */
async function node(options: LineageOptions = {}, capacity = 100) {
  const store = new SteppedEventStore();
  store.holdsReads = false;
  const hasher = testHasher();
  const time = { now: NOW };
  const directory = new KeyDirectory({ store, logger: SILENT, monotonic: () => store.monotonic, capacity });
  const verifier = new KeyVerifier({ directory, hasher, catalogue: DEFAULT_SCOPE_CATALOGUE, now: () => time.now });
  directory.start();
  store.deliver(1);
  await settle();
  const another = () => new KeyLineage(store, hasher, () => time.now, options);
  const key = another();
  directory.apply(await key.create());
  return { store, directory, verifier, key, another, time };
}

it('answers with what the key is when its secret matches, at once from the second time on', async () => {
  const { verifier, key } = await node({ scopes: ['jobs:read'], lifetimeSeconds: 60 });
  const expected = {
    code: 'valid',
    key: {
      ...{ keyId: key.firstKeyId, lineage: key.name, orgId: 'org_a', name: 'a key', type: 'service' },
      ...{ environment: 'live', access: 'scoped', scopes: ['jobs:read'], expiresAt: NOW / 1_000 + 60 },
    },
  };
  const first = verifier.verify(key.secret(), ['jobs:read']);
  expect(first).toBeInstanceOf(Promise);
  expect(await first).toEqual(expected);
  expect(verifier.verify(key.secret(), ['jobs:read'])).toEqual(expected);
});

it('tells nothing of a key to whoever has not its secret', async () => {
  const { verifier, key, another } = await node();
  await verifier.verify(key.secret(), []);
  const guess = mintSecret({ environment: 'live', keyId: key.firstKeyId, entropy: Buffer.alloc(32, 5) }).secret;
  const sibling = mintSecret({
    environment: 'live',
    keyId: key.firstKeyId.slice(0, -1) + (key.firstKeyId.endsWith('0') ? '1' : '0'),
    entropy: Buffer.alloc(32, 5),
  }).secret;
  expect(await verifier.verify(guess, [])).toEqual({ code: 'not_found', key: null });
  expect(await verifier.verify(sibling, [])).toEqual({ code: 'not_found', key: null });
  expect(await verifier.verify(another().secret(), [])).toEqual({ code: 'not_found', key: null });
});

it('looks nothing up for what is no secret', async () => {
  const { verifier, key, store } = await node();
  const before = store.readsBegun;
  const wrongChecksum = key.secret().slice(0, -1) + (key.secret().endsWith('0') ? '1' : '0');
  for (const text of ['', 'ak_live_', wrongChecksum, key.secret() + '0', key.firstKeyId]) {
    expect(verifier.verify(text, [])).toEqual({ code: 'malformed', key: null });
  }
  expect(store.readsBegun).toBe(before);
});

it.each<[LineageAct, string]>([
  ['revoke', 'revoked'],
  ['suspend', 'suspended'],
  ['rotate', 'revoked'],
  ['rotate with grace', 'valid'],
  ['rename', 'valid'],
  ['delete', 'not_found'],
])('after %s the key is %s at once, with no delivery and no projector', async (act, code) => {
  const { verifier, directory, key } = await node();
  const secret = key.secret();
  expect((await verifier.verify(secret, [])).code).toBe('valid');
  directory.apply(await key.act(act));
  const verification = verifier.verify(secret, []);
  expect(verification).toMatchObject({ code });
  if (code === 'revoked') expect(verification).toMatchObject({ key: { scopes: [] } });
  if (code === 'not_found') expect(verification).toMatchObject({ key: null });
});

it('never accepts a revoked key again, evicted or not', async () => {
  const { verifier, directory, key, another } = await node({}, 1);
  await verifier.verify(key.secret(), []);
  directory.apply(await key.act('revoke'));
  expect(verifier.verify(key.secret(), [])).toMatchObject({ code: 'revoked' });
  const other = another();
  directory.apply(await other.create());
  expect((await verifier.verify(other.secret(), [])).code).toBe('valid');
  expect(directory.lookup(key.name)).toBeUndefined();
  expect((await verifier.verify(key.secret(), [])).code).toBe('revoked');
});

it('refuses on another node as soon as the log delivers the revocation', async () => {
  const { verifier, store, key } = await node();
  await verifier.verify(key.secret(), []);
  await key.act('revoke');
  store.deliver(10);
  await settle();
  expect(verifier.verify(key.secret(), [])).toMatchObject({ code: 'revoked' });
});

it('ends a grace and a lifetime by the clock alone, at their second', async () => {
  const { verifier, directory, key, time } = await node({ lifetimeSeconds: 100 });
  const old = key.secret();
  directory.apply(await key.act('rotate with grace'));
  const codes = async () => [(await verifier.verify(old, [])).code, (await verifier.verify(key.secret(), [])).code];
  time.now = NOW + 59_999;
  expect(await codes()).toEqual(['valid', 'valid']);
  time.now = NOW + 60_000;
  expect(await codes()).toEqual(['revoked', 'valid']);
  time.now = NOW + 99_999;
  expect(await codes()).toEqual(['revoked', 'valid']);
  time.now = NOW + 100_000;
  expect(await codes()).toEqual(['revoked', 'expired']);
});

it('measures the scopes needed, all of them', async () => {
  const { verifier, key } = await node({ scopes: ['jobs:read', 'webhooks:*'] });
  const code = async (...scopes: string[]) => (await verifier.verify(key.secret(), scopes)).code;
  expect(await code()).toBe('valid');
  expect(await code('jobs:read', 'webhooks:write')).toBe('valid');
  expect(await code('jobs:read', 'jobs:write')).toBe('insufficient_scope');
  expect(await code('keys:manage')).toBe('insufficient_scope');
});

it('does not guess when its view of the log is too old', async () => {
  const { verifier, store, key } = await node();
  await verifier.verify(key.secret(), []);
  store.monotonic += 5_001;
  expect(() => verifier.verify(key.secret(), [])).toThrow(DirectoryUnavailable);
  expect(verifier.verify('nonsense', [])).toMatchObject({ code: 'malformed' });
});
