import { randomBytes } from 'node:crypto';
import { LeaseTokens } from './lease-tokens.js';

const key = randomBytes(32);
const tokens = new LeaseTokens(key);
const claims = { orgId: 'org_ä', jobId: 'job_0123456789abcdefghijABCD', attempt: 3, policyType: 'auto' };

it('opens what it made, on whichever node', () => {
  expect(new LeaseTokens(key).open(tokens.mint(claims))).toEqual(claims);
});

it('makes the same token for the same attempt, so that a repeated request gets it again', () => {
  expect(tokens.mint(claims)).toBe(new LeaseTokens(key).mint(claims));
});

it.each([{ attempt: 4 }, { jobId: 'job_0123456789abcdefghijABCE' }, { orgId: 'org_b' }, { policyType: 'other' }])(
  'makes another token for %j',
  (change) => expect(tokens.mint({ ...claims, ...change })).not.toBe(tokens.mint(claims)),
);

it('opens nothing that was changed, cut, made with another key, or is no token', () => {
  const token = tokens.mint(claims);
  const [text = '', hash = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify(['org_b', claims.jobId, 3, 'auto'])).toString('base64url');
  const other = new LeaseTokens(randomBytes(32)).mint(claims);
  for (const bad of [`${forged}.${hash}`, `${text}.${'A'.repeat(43)}`, text, `${text}.`, `.${hash}`, other, '', 'x.y'])
    expect(tokens.open(bad)).toBeNull();
});
