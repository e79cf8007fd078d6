import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { OpaqueTokens } from './opaque-tokens.js';

const tokens = new OpaqueTokens(randomBytes(32));

it('opens what it sealed, whatever that is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 500 }), (purpose, value) => {
      expect(tokens.open(purpose, tokens.seal(purpose, value))).toBe(value);
    }),
  );
});

it('opens nothing of another purpose or another key', () => {
  fc.assert(
    fc.property(fc.tuple(fc.string(), fc.string()), fc.string(), ([purpose, other], value) => {
      fc.pre(purpose !== other);
      expect(tokens.open(other, tokens.seal(purpose, value))).toBeNull();
      expect(new OpaqueTokens(randomBytes(32)).open(purpose, tokens.seal(purpose, value))).toBeNull();
    }),
  );
});

it('opens nothing that was changed in any bit', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), (value, at) => {
      const bytes = Buffer.from(tokens.seal('p', value), 'base64url');
      const bit = at % (bytes.length * 8);
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(tokens.open('p', bytes.toString('base64url'))).toBeNull();
    }),
  );
});

it('opens nothing that somebody made up', () => {
  fc.assert(fc.property(fc.string(), (text) => expect(tokens.open('p', text)).toBeNull()));
  fc.assert(fc.property(fc.base64String({ maxLength: 200 }), (text) => expect(tokens.open('p', text)).toBeNull()));
  for (const length of [0, 27, 28, 37, 38, 4_096, 4_097, 100_000])
    expect(tokens.open('p', 'A'.repeat(length))).toBeNull();
});

it('seals one value differently each time, in letters that a header and a query take', () => {
  const sealed = Array.from({ length: 100 }, () => tokens.seal('p', '42'));
  expect(new Set(sealed).size).toBe(100);
  for (const token of sealed) expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
});

it('opens a token that 0.1.0 gave out', () => {
  const kept = new OpaqueTokens(Buffer.alloc(32, 7));
  expect(kept.open('cursor', '843dJQslvM2lIr3QRLGTq8zRT-Km3rqVzqqClZjIs-BvHkdonw')).toBe('seq 42 ü');
});
