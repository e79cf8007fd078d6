import { UnknownLineages } from './unknown-lineages.js';

it('remembers no more lineages than it may, the newest ones, each for its time', () => {
  const time = { now: 0 };
  const unknown = new UnknownLineages({ capacity: 2, rememberForMs: 100, monotonic: () => time.now });
  const remembered = () => ['a', 'b', 'c'].filter((lineage) => unknown.has(lineage));
  unknown.add('a');
  unknown.add('b');
  time.now = 50;
  unknown.add('a');
  unknown.add('c');
  expect(remembered()).toEqual(['a', 'c']);
  time.now = 149;
  expect(remembered()).toEqual(['a', 'c']);
  time.now = 150;
  expect(remembered()).toEqual([]);
});
