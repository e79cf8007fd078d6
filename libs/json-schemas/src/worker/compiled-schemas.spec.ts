import { compileSchema } from './compile-schema.js';
import { CompiledSchemas } from './compiled-schemas.js';

const anything = compileSchema('true');

function holding(kept: CompiledSchemas, ...keys: readonly string[]): readonly boolean[] {
  return keys.map((key) => kept.get(key) !== undefined);
}

it('keeps as many as it may, those that were asked for last', () => {
  const kept = new CompiledSchemas({ mostSchemas: 2, mostTextUnits: 100 });
  kept.set('a', anything, 1);
  kept.set('b', anything, 1);
  kept.get('a');
  kept.set('c', anything, 1);
  expect(holding(kept, 'a', 'b', 'c')).toEqual([true, false, true]);
});

it('keeps as much text as it may, but always the newest', () => {
  const kept = new CompiledSchemas({ mostSchemas: 10, mostTextUnits: 10 });
  kept.set('a', anything, 6);
  kept.set('a', anything, 6);
  kept.set('b', anything, 4);
  expect(holding(kept, 'a', 'b')).toEqual([true, true]);
  kept.set('c', anything, 20);
  expect(holding(kept, 'a', 'b', 'c')).toEqual([false, false, true]);
});
