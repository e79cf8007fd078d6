import { hintOf, newSigningSecret, signingKeyOf } from './signing-secret.js';

it('is whsec_ and the base64 of 32 bytes, other ones each time', () => {
  const [one, another] = [newSigningSecret(), newSigningSecret()];
  expect(one).toMatch(/^whsec_[0-9A-Za-z+/]{43}=$/);
  expect(one).not.toBe(another);
});

it('is made of the entropy that comes in, and gives it back to sign with', () => {
  const entropy = Buffer.alloc(32, 7);
  const secret = newSigningSecret(entropy);
  expect(secret).toBe(newSigningSecret(entropy));
  expect(signingKeyOf(secret)).toEqual(entropy);
  expect(() => newSigningSecret(Buffer.alloc(31))).toThrow(RangeError);
});

it('is recognised by its first and last four characters', () => {
  expect(hintOf('whsec_2YkLAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAcdef')).toBe('whsec_2YkL…cdef');
});

it.each(['', 'whsec_', 'whsec_c2hvcnQ=', `ws_${'A'.repeat(43)}=`])('is not %j, of which nothing is said', (text) => {
  expect(() => signingKeyOf(text)).toThrow('a signing secret is whsec_ and the base64 of 32 bytes');
});
