import { OpaqueTokens } from '#libs/keyring';
import { BEFORE_THE_FIRST, LiveEventPositions } from './live-event-positions.js';

const tokens = new OpaqueTokens(Buffer.alloc(32, 1));
const positions = new LiveEventPositions(tokens);
const place = { seq: 42, eventId: '5b0c3e7e-7c7d-5b1f-8d1e-000000000001' };

it('opens what it sealed, on every node that has the key', () => {
  for (const each of [place, BEFORE_THE_FIRST, { ...place, seq: Number.MAX_SAFE_INTEGER }]) {
    expect(new LiveEventPositions(tokens).open('org_a', positions.seal('org_a', each))).toEqual(each);
  }
});

it('opens nothing that was given to another organization, made up, or given for something else', () => {
  const given = positions.seal('org_a', place);
  for (const token of [
    given.slice(0, -1),
    `${given}A`,
    '',
    'x'.repeat(100),
    tokens.seal('log-position', '0'.repeat(52)),
  ]) {
    expect(positions.open('org_a', token)).toBeNull();
  }
  expect(positions.open('org_b', given)).toBeNull();
});

it('tells nothing of how far the log is, nor whether two places are the same', () => {
  const sealed = [BEFORE_THE_FIRST, place, place].map((each) => positions.seal('org_a', each));
  expect(new Set(sealed.map(({ length }) => length)).size).toBe(1);
  expect(new Set(sealed).size).toBe(3);
});
