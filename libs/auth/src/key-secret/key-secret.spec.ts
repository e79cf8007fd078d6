import fc from 'fast-check';
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { BASE62_ALPHABET, toBase62 } from './base62.js';
import { crc32 as ourCrc32 } from './crc32.js';
import { keyIdFrom, successorKeyId } from './key-id.js';
import { mintSecret } from './mint-secret.js';
import { parseSecret } from './parse-secret.js';

const entropy = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const minted = fc
  .record({ environment: fc.constantFrom('live', 'test'), id: entropy, secret: entropy })
  .map(({ environment, id, secret }) => {
    const keyId = keyIdFrom(id);
    return { keyId, ...mintSecret({ environment, keyId, entropy: secret }) };
  });

it('mints the form of the contract and parses it back', () => {
  fc.assert(
    fc.property(minted, ({ keyId, secret, hint }) => {
      expect(secret).toMatch(/^ak_(live|test)_[0-9A-Za-z]{69}$/);
      expect(secret.slice(8, 28)).toBe(keyId.slice(3));
      expect(parseSecret(secret)).toEqual({ lineage: keyId.slice(3, 19), ending: keyId.slice(19) });
      expect(hint).toBe(`${secret.slice(0, 12)}…${secret.slice(-4)}`);
    }),
  );
});

it('carries all 256 bits of the entropy', () => {
  fc.assert(
    fc.property(entropy, (bytes) => {
      const { secret } = mintSecret({ environment: 'live', keyId: keyIdFrom(bytes), entropy: bytes });
      const value = [...secret.slice(28, 71)].reduce(
        (sum, digit) => sum * 62n + BigInt(BASE62_ALPHABET.indexOf(digit)),
        0n,
      );
      expect(value).toBe(BigInt(`0x${bytes.toString('hex')}`));
    }),
  );
});

it('ends in the CRC-32 of all before it, most significant digit first, padded with 0', () => {
  const entropyWithSmallChecksum = Buffer.alloc(32);
  const seen = Array.from({ length: 200 }, (_, number) => {
    entropyWithSmallChecksum.writeUInt32BE(number);
    const { secret } = mintSecret({
      environment: 'test',
      keyId: `ak_${'0'.repeat(20)}`,
      entropy: entropyWithSmallChecksum,
    });
    expect(secret.slice(71)).toBe(toBase62(BigInt(crc32(secret.slice(0, 71))), 6));
    return secret.slice(71);
  });
  expect(seen.some((checksum) => checksum.startsWith('0'))).toBe(true);
});

it('knows a secret that was worked out elsewhere', () => {
  const { secret } = mintSecret({
    environment: 'live',
    keyId: 'ak_2YkLmNoPqRsTuVwXyZ01',
    entropy: Buffer.alloc(32, 7),
  });
  expect(secret).toBe('ak_live_2YkLmNoPqRsTuVwXyZ011fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF10B9q3M');
});

it('refuses a secret with any one character changed', () => {
  fc.assert(
    fc.property(
      minted,
      fc.nat(76),
      fc.constantFrom(...BASE62_ALPHABET, '_', '-', 'é', '😀'),
      ({ secret }, at, other) => {
        fc.pre(secret[at] !== other);
        expect(parseSecret(secret.slice(0, at) + other + secret.slice(at + 1))).toBeNull();
      },
    ),
  );
});

it('refuses any other string without throwing', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => expect(parseSecret(text)).toBeNull()));
  for (const text of ['', 'ak_live_', 'ak_live_'.padEnd(77, '0'), 'ak_live_'.padEnd(77, 'z'), '\ud800'.repeat(77)]) {
    expect(parseSecret(text)).toBeNull();
  }
});

it('gives a successor an id of its lineage', () => {
  const id = keyIdFrom(Buffer.alloc(32, 3));
  const lineage = id.slice(3, 19);
  expect(successorKeyId(lineage, Buffer.alloc(32, 9))).toMatch(new RegExp(`^ak_${lineage}[0-9A-Za-z]{4}$`));
});

it('draws every digit of an id about equally often', () => {
  const counts = new Map<string, number>();
  let block: Buffer = Buffer.alloc(32);
  for (let draw = 0; draw < 3_100; draw++) {
    block = hash('sha256', block, 'buffer');
    for (const digit of keyIdFrom(block).slice(3)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  // 62,000 digits: 1,000 of each, with a standard deviation of 31.
  expect(counts.size).toBe(62);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
});

it('wants 32 bytes of entropy', () => {
  expect(() => keyIdFrom(Buffer.alloc(16))).toThrow(RangeError);
  expect(() =>
    mintSecret({ environment: 'live', keyId: 'ak_2YkLmNoPqRsTuVwXyZ01', entropy: Buffer.alloc(31) }),
  ).toThrow(RangeError);
});

it('computes the CRC-32 that zlib computes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, length) => {
      const within = Math.min(length, bytes.length);
      expect(ourCrc32(bytes, within)).toBe(crc32(bytes.subarray(0, within)));
    }),
  );
});
