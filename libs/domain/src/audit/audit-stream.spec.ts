import { auditStream } from './audit-stream.js';

it('names the stream by the first 32 digits of the digest, whole or cut already', () => {
  expect(auditStream('0123456789abcdef'.repeat(4))).toBe('audit-0123456789abcdef0123456789abcdef');
  expect(auditStream('0123456789abcdef'.repeat(2))).toBe('audit-0123456789abcdef0123456789abcdef');
});

it.each(['', 'org_a', '0123456789ABCDEF'.repeat(4), '0123456789abcdef'.repeat(3)])(
  'takes no %j for a digest',
  (digest) => expect(() => auditStream(digest)).toThrow(RangeError),
);
