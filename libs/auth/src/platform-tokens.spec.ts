import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { mintPlatformToken, platformTokenHash, PlatformTokens } from './platform-tokens.js';

const entropy = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

it('accepts each of its tokens and no other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(entropy, { selector: String, minLength: 2, maxLength: 5 }), ([other, ...own]) => {
      const accepted = new PlatformTokens(own.map((bytes) => platformTokenHash(mintPlatformToken(bytes))));
      for (const token of own.map(mintPlatformToken)) {
        expect(token).toMatch(/^plt_[0-9A-Za-z]{43}$/);
        const sha256 = createHash('sha256').update(token).digest('hex');
        expect(accepted.accept(token)).toEqual({ type: 'platform', id: sha256.slice(0, 12) });
        expect(accepted.accept(sha256)).toBeNull();
      }
      expect(other === undefined ? null : accepted.accept(mintPlatformToken(other))).toBeNull();
    }),
  );
});

it('accepts nothing when none is configured', () => {
  expect(new PlatformTokens([]).accept('plt_')).toBeNull();
});

it('takes hashes in capitals, and names an entry that is none', () => {
  const token = mintPlatformToken(Buffer.alloc(32, 1));
  expect(new PlatformTokens([platformTokenHash(token).toUpperCase()]).accept(token)).not.toBeNull();
  expect(() => new PlatformTokens([platformTokenHash('a'), token])).toThrow('PLATFORM_TOKEN_SHA256: entry 2');
});
