import { SharedStrings } from './shared-strings.js';

it('gives equal lists as one that nobody can change, and different ones as they are', () => {
  const shared = new SharedStrings();
  const list = shared.list(['jobs:read', 'jobs:write']);
  expect(shared.list(['jobs:read', 'jobs:write'])).toBe(list);
  expect(Object.isFrozen(list)).toBe(true);
  expect(shared.list(['jobs:read,jobs:write'])).toEqual(['jobs:read,jobs:write']);
  expect(shared.list([])).toEqual([]);
});

it('keeps giving what it is asked for past its bound', () => {
  const shared = new SharedStrings(2);
  for (const text of ['a', 'b', 'c', 'a', 'd']) expect(shared.list([text, 'x'])).toEqual([text, 'x']);
});
