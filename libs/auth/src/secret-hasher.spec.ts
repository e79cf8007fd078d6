import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { SecretHasher } from './secret-hasher.js';

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const hasherOf = (...peppers: readonly Buffer[]) =>
  new SecretHasher({ currentPepper: 1, peppers: new Map(peppers.map((pepper, index) => [index + 1, pepper])) });

it('computes what createHmac computes, for any key and message', () => {
  fc.assert(
    fc.property(
      bytes(0, 130),
      fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ minLength: 77, maxLength: 77 })),
      (pepper, message) => {
        const { hash } = hasherOf(pepper).hashForStorage(message);
        expect(hash).toBe(createHmac('sha256', pepper).update(message).digest('hex'));
      },
    ),
  );
});

it('matches the secret that was hashed and no other, whatever was hashed in between', () => {
  fc.assert(
    fc.property(bytes(32, 32), fc.array(fc.string(), { minLength: 2, maxLength: 6 }), (pepper, secrets) => {
      const hasher = hasherOf(pepper);
      const hashes = secrets.map((secret) => hasher.hashForStorage(secret).hash);
      for (const secret of secrets) {
        expect(hashes.map((expected) => hasher.matches(secret, expected, 1))).toEqual(
          secrets.map((other) => other === secret),
        );
      }
    }),
  );
});

it('compares under the pepper that the secret was hashed with', () => {
  const [old, current] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const before = new SecretHasher({ currentPepper: 1, peppers: new Map([[1, old]]) }).hashForStorage('secret');
  const rotated = new SecretHasher({
    currentPepper: 2,
    peppers: new Map([
      [1, old],
      [2, current],
    ]),
  });
  expect(before.pepperVersion).toBe(1);
  expect(rotated.hashForStorage('secret').pepperVersion).toBe(2);
  expect(rotated.matches('secret', before.hash, 1)).toBe(true);
  expect(rotated.matches('secret', before.hash, 2)).toBe(false);
});

it('matches nothing under a pepper that was taken out, nor a hash of another length', () => {
  const hasher = hasherOf(Buffer.alloc(32, 1));
  const expected = hasher.hashForStorage('secret').hash;
  expect(hasher.matches('secret', expected, 7)).toBe(false);
  expect(hasher.matches('secret', expected.slice(0, 63), 1)).toBe(false);
  expect(hasher.matches('secret', '', 1)).toBe(false);
});

it('wants its current pepper', () => {
  expect(() => new SecretHasher({ currentPepper: 2, peppers: new Map([[1, Buffer.alloc(32)]]) })).toThrow('pepper 2');
});
