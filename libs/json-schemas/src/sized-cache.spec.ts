import { SizedCache } from './sized-cache.js';

function holding(cache: SizedCache<number>, ...keys: readonly string[]): readonly boolean[] {
  return keys.map((key) => cache.get(key) !== undefined);
}

it('keeps as many as it may, those that were asked for last', () => {
  const cache = new SizedCache<number>({ mostEntries: 2, mostSize: 100 });
  cache.set('a', 1, 1);
  cache.set('b', 2, 1);
  cache.get('a');
  cache.set('c', 3, 1);
  expect(holding(cache, 'a', 'b', 'c')).toEqual([true, false, true]);
});

it('keeps as much as it may, but always the newest', () => {
  const cache = new SizedCache<number>({ mostEntries: 10, mostSize: 10 });
  cache.set('a', 1, 6);
  cache.set('a', 1, 6);
  cache.set('b', 2, 4);
  expect(holding(cache, 'a', 'b')).toEqual([true, true]);
  cache.set('c', 3, 20);
  expect(holding(cache, 'a', 'b', 'c')).toEqual([false, false, true]);
});
