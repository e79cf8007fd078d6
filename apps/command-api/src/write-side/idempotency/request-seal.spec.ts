import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Keyring } from '#libs/keyring';
import { RequestSeal, type RequestIdentity } from './request-seal.js';

const PEPPER = randomBytes(32);
const IDENTITY: RequestIdentity = {
  idempotencyKey: 'k',
  orgId: 'org_a',
  caller: '["user","i","u"]',
  method: 'POST',
  path: '/v1/api-keys',
};
const anIdentity = fc.record<RequestIdentity>({
  idempotencyKey: fc.string({ minLength: 1 }),
  orgId: fc.string(),
  caller: fc.string(),
  method: fc.constantFrom('POST', 'PATCH', 'DELETE'),
  path: fc.string(),
});

it('is the same again for the same request, in another process too', () => {
  fc.assert(
    fc.property(anIdentity, fc.string(), (identity, text) => {
      const [first, again] = [new RequestSeal(1, PEPPER, identity), new RequestSeal(1, PEPPER, { ...identity })];
      expect(again.id).toEqual(first.id);
      expect(again.bodyHash(text)).toEqual(first.bodyHash(text));
      expect(again.open('answer', first.seal('answer', text))).toBe(text);
    }),
  );
});

it('shares nothing between two requests that differ in anything, wherever one part ends and the next begins', () => {
  fc.assert(
    fc.property(anIdentity, anIdentity, fc.string(), (one, two, text) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(two));
      expectStrangers(new RequestSeal(1, PEPPER, one), new RequestSeal(1, PEPPER, two), text);
    }),
  );
  const shifted = { ...IDENTITY, method: 'POS', path: 'T/v1/api-keys' };
  expectStrangers(new RequestSeal(1, PEPPER, IDENTITY), new RequestSeal(1, PEPPER, shifted), 'x');
});

it('is another one under another pepper', () => {
  expectStrangers(new RequestSeal(1, PEPPER, IDENTITY), new RequestSeal(1, randomBytes(32), IDENTITY), 'x');
});

it('opens nothing for another purpose, and nothing that was changed', () => {
  const seal = new RequestSeal(1, PEPPER, IDENTITY);
  expect(() => seal.open('intent', seal.seal('answer', 'x'))).toThrow();
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, at) => {
      const sealed = seal.seal('answer', text);
      const index = at % sealed.length;
      sealed.writeUInt8(sealed.readUInt8(index) ^ 1, index);
      expect(() => seal.open('answer', sealed)).toThrow();
    }),
  );
});

it('finds and opens what 0.1.0 stored', () => {
  const seal = new RequestSeal(1, Buffer.alloc(32, 9), IDENTITY);
  expect(seal.id.toString('base64')).toBe('LCEIfSfOck0H6HXPGFhZDC14ccXHTg1iBj9fmNtfp8o=');
  expect(seal.bodyHash('{}').toString('base64')).toBe('ILm6rSmNogYdHlgQkHz8f8o3/DQ1FphcW/WNrFQnLsY=');
  const sealed = '9wbs2tfwGMq8W1OWb4UUAD+ZKBPcGSg/CDBKwmS+m8D/L3YQuff2cfq1BA==';
  expect(seal.open('answer', Buffer.from(sealed, 'base64'))).toBe('{"secret":"ü"}');
});

it('puts the current pepper first and keeps every other', () => {
  const keyring: Keyring = {
    currentPepper: 2,
    peppers: new Map([1, 2, 3].map((version) => [version, randomBytes(32)])),
    positionKey: randomBytes(32),
  };
  const versions = RequestSeal.all(keyring, IDENTITY).map(({ pepperVersion }) => pepperVersion);
  expect(versions[0]).toBe(2);
  expect(versions.toSorted()).toEqual([1, 2, 3]);
});

function expectStrangers(one: RequestSeal, two: RequestSeal, text: string): void {
  expect(one.id).not.toEqual(two.id);
  expect(one.bodyHash(text)).not.toEqual(two.bodyHash(text));
  expect(() => two.open('answer', one.seal('answer', text))).toThrow();
}
