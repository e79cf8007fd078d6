import { policyTypeStream } from './policy-type-stream.js';

const DIGEST = '0123456789abcdef0123456789abcdef';

it('names the stream by the first 32 digits of the digest and the type', () => {
  expect(policyTypeStream(`${DIGEST}${DIGEST}`, 'commercial_auto-2')).toBe(`policyType-${DIGEST}.commercial_auto-2`);
  expect(policyTypeStream(DIGEST, 'a'.repeat(64))).toBe(`policyType-${DIGEST}.${'a'.repeat(64)}`);
});

it('takes no organization’s id for a digest', () =>
  expect(() => policyTypeStream('org_a', 'auto')).toThrow(RangeError));

it.each(['', 'Auto', 'a.b', 'a b', 'a\n', 'a'.repeat(65)])('does not take %j for a type', (type) =>
  expect(() => policyTypeStream(DIGEST, type)).toThrow(RangeError),
);
