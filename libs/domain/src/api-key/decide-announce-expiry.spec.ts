import {
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyExpiring,
  apiKeyRevoked,
  apiKeyRotated,
  apiKeySuspended,
  deciderSpec,
  keyId,
  START,
} from '#libs/testing';
import type { AnnounceExpiry } from './api-key.commands.js';
import { apiKeyDecider } from './api-key.decider.js';

const given = deciderSpec(apiKeyDecider);
const DAY = 86_400;
const END = START + 30 * DAY;
const made = apiKeyCreated({ lifetime_seconds: 30 * DAY, expires_at: END });

function announce(fields: Partial<AnnounceExpiry> & { readonly at?: number } = {}): AnnounceExpiry {
  const { at = END - 7 * DAY, ...others } = fields;
  return { kind: 'AnnounceExpiry', keyId: keyId(0), daysLeft: 7, expiresAt: END, now: at * 1000, ...others };
}
const expiring = (days_left: 7 | 1) => {
  const { type, data } = apiKeyExpiring({ expires_at: END, days_left });
  return { type, data };
};

it.each([
  [7, END - 7 * DAY],
  [7, END - 1],
  [1, END - DAY],
  [1, END - 1],
] as const)('tells that the key ends in %d days, at second %d', (daysLeft, at) =>
  given([made])
    .when(announce({ daysLeft, at }))
    .then([expiring(daysLeft)]),
);
it('tells it of a suspended key, which may be reactivated', () =>
  given([made, apiKeySuspended()])
    .when(announce())
    .then([expiring(7)]));
it('tells it of a successor', () => {
  const data = { ...expiring(7).data, key_id: keyId(1) };
  given([made, apiKeyRotated({ expiresAt: END })])
    .when(announce({ keyId: keyId(1) }))
    .then([{ type: 'api_key.expiring', data }]);
});

it.each([
  ['a moment that has not come', [made], { at: END - 7 * DAY - 1 }],
  ['a key that has expired', [made], { at: END }],
  ['another end than the key has', [made], { expiresAt: END - 1 }],
  ['a key that does not expire', [apiKeyCreated()], {}],
  ['a key that is not there', [], {}],
  ['another key of the lineage', [made], { keyId: keyId(5) }],
  ['a revoked key', [made, apiKeyRevoked()], {}],
  ['a deleted key', [made, apiKeyDeleted()], {}],
  ['a key that was rotated away', [made, apiKeyRotated()], {}],
  ['a key inside its grace', [made, apiKeyRotated({ graceExpiresAt: END })], {}],
])('tells nothing of %s', (_, history, fields) => given(history).when(announce(fields)).then([]));

it('tells nothing of a moment that the key was not made before', () => {
  const short = apiKeyCreated({ lifetime_seconds: 7 * DAY, expires_at: START + 7 * DAY });
  given([short])
    .when(announce({ expiresAt: START + 7 * DAY, at: START + 5 }))
    .then([]);
});

it('changes nothing of the key', () => {
  const state = apiKeyDecider.evolve(apiKeyDecider.initialState, made);
  expect(apiKeyDecider.evolve(state, apiKeyExpiring({}, { at: START + 9 }))).toBe(state);
  expect(() => apiKeyDecider.evolve(state, apiKeyExpiring({ key_id: keyId(7) }))).toThrow('key_id');
});
