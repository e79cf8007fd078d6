import type { UserCaller } from '../caller.js';
import { VerifiedTokens } from './verified-tokens.js';

const CALLER: UserCaller = {
  ...{ type: 'user', id: 'u', issuer: 'i', orgId: 'o', orgSlug: null, role: 'admin', name: null },
};

it('believes a token for half a minute', () => {
  const tokens = new VerifiedTokens();
  tokens.add('t', CALLER, 2_000, 1_000_000);
  expect(tokens.get('t', 1_029_999)).toBe(CALLER);
  expect(tokens.get('t', 1_030_000)).toBeUndefined();
  expect(tokens.get('another', 1_000_000)).toBeUndefined();
});

it('believes no token past its end', () => {
  const tokens = new VerifiedTokens();
  tokens.add('t', CALLER, 1_010, 1_000_000);
  expect(tokens.get('t', 1_009_999)).toBe(CALLER);
  expect(tokens.get('t', 1_010_000)).toBeUndefined();
});
