import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { openSealedText, sealText } from './sealed-text.js';

const key = createSecretKey(randomBytes(32));
const sealed = sealText(key, 'answer', 'text');

it('opens what it sealed, whatever that is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (purpose, text) => {
      expect(openSealedText(key, purpose, sealText(key, purpose, text))).toBe(text);
    }),
  );
});

it('opens nothing under another key, for another purpose, or that was changed in any bit', () => {
  expect(() => openSealedText(createSecretKey(randomBytes(32)), 'answer', sealed)).toThrow();
  expect(() => openSealedText(key, 'intent', sealed)).toThrow();
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => openSealedText(key, 'answer', changed)).toThrow();
  }
});

it('opens nothing that was cut short, however short', () => {
  for (let length = 0; length < sealed.length; length++) {
    expect(() => openSealedText(key, 'answer', sealed.subarray(0, length))).toThrow();
  }
});
