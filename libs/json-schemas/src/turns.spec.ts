import { Turns } from './turns.js';

it('gives out turn by turn between organizations, each in its own order', () => {
  const turns = new Turns<string>({ perOrganization: 3, total: 10 });
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) turns.add(item.slice(0, 1), item);
  expect(Array.from({ length: 7 }, () => turns.take())).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', undefined]);
});

it('has room for so many of one organization and so many of all, again once one was taken', () => {
  const turns = new Turns<number>({ perOrganization: 2, total: 3 });
  expect(['a', 'a', 'a', 'b', 'b', 'c'].map((orgId, n) => turns.add(orgId, n))).toEqual([
    ...[true, true, false, true, false, false],
  ]);
  expect([turns.take(), turns.add('c', 6), turns.add('c', 7)]).toEqual([0, true, false]);
});
