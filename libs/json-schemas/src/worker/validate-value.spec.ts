import type { ValueProblem } from './messages.js';
import { compileSchema } from './compile-schema.js';
import { validateValue } from './validate-value.js';

function problems(schema: object | boolean, value: string): readonly ValueProblem[] {
  const reply = validateValue(compileSchema(JSON.stringify(schema)), { value, pointer: '/input' });
  return reply.kind === 'misfits' ? reply.problems : [];
}
const fields = (schema: object | boolean, value: string): readonly string[] =>
  problems(schema, value).map(({ field }) => field);

it.each<[string, object | boolean, string, readonly string[]]>([
  ['the value itself', { type: 'object' }, '5', ['/input']],
  ['a value that nothing fits', false, '5', ['/input']],
  ['a member', { properties: { vin: { type: 'string' } } }, '{"vin":5}', ['/input/vin']],
  ['an element', { items: { properties: { a: { minimum: 3 } } } }, '[{"a":5},{"a":1}]', ['/input/1/a']],
  ['members that are missing', { required: ['a', 'b'] }, '{}', ['/input/a', '/input/b']],
  ['one that another one needs', { dependentRequired: { a: ['b'] } }, '{"a":1}', ['/input/b']],
  ['one that is not allowed', { additionalProperties: false }, '{"x":1}', ['/input/x']],
  ['one that nothing looked at', { unevaluatedProperties: false }, '{"x":1}', ['/input/x']],
  ['one whose name is wrong', { propertyNames: { maxLength: 1 } }, '{"xy":1}', ['/input/xy', '/input/xy']],
  ['names that pointers escape', { additionalProperties: false }, '{"a/b~c":1}', ['/input/a~1b~0c']],
  ['what all objects inherit', { required: ['constructor'] }, '{}', ['/input/constructor']],
  ['a member __proto__', { additionalProperties: false }, '{"__proto__":1}', ['/input/__proto__']],
])('points at %s', (_, schema, value, expected) => expect(fields(schema, value)).toEqual(expected));

it('says why in few words, without the value', () => {
  const schema = {
    properties: { a: { type: 'string' }, b: { enum: ['x'] }, c: { pattern: '^x$' }, d: { maxLength: 3 } },
    required: ['e'],
    additionalProperties: false,
  };
  expect(problems(schema, '{"a":4711,"b":"4711","c":"4711","d":"4711","f":"4711"}')).toEqual([
    { field: '/input/e', message: 'is missing' },
    { field: '/input/f', message: 'is not allowed' },
    { field: '/input/a', message: 'must be string' },
    { field: '/input/b', message: 'must be equal to one of the allowed values' },
    { field: '/input/c', message: 'must match pattern "^x$"' },
    { field: '/input/d', message: 'must NOT have more than 3 characters' },
  ]);
});

it('tells the first twenty, each once, and shortens what others made long', () => {
  const everything = Array.from({ length: 1_000 }, () => 1);
  expect(problems({ items: { type: 'string' } }, JSON.stringify(everything))).toHaveLength(20);
  expect(problems({ anyOf: [{ type: 'string' }, { type: 'string' }] }, '1')).toHaveLength(2);
  const long = problems({ additionalProperties: false }, `{"${'😀'.repeat(1_000)}":1}`);
  expect(long[0]?.field.length).toBeLessThan(600);
  expect(long[0]?.field.isWellFormed()).toBe(true);
  expect(problems({ pattern: `^${'x'.repeat(5_000)}` }, '"a"')[0]?.message.length).toBeLessThan(300);
});

it('follows a schema that refers to itself, down to where no stack would hold', () => {
  const schema = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] };
  expect(fields(schema, '{"next":{"next":{}}}')).toEqual(['/input/next/next/next']);
  const deep = `${'{"next":'.repeat(20_000)}5${'}'.repeat(20_000)}`;
  expect(problems(schema, deep)).toEqual([{ field: '/input', message: 'is nested too deeply to be checked' }]);
});

it.each<[string, object, string]>([
  ['a format', { format: 'email' }, '"nobody"'],
  ['an unknown keyword', { madeUp: { type: 'string' } }, '5'],
  ['a keyword of an older draft', { $recursiveRef: '#', $recursiveAnchor: true }, '5'],
])('takes %s for an annotation', (_, schema, value) => expect(problems(schema, value)).toEqual([]));

it('knows what came with draft 2020-12', () => {
  const tree = {
    $id: 'https://example.com/tree',
    $dynamicAnchor: 'node',
    properties: { children: { prefixItems: [{ $dynamicRef: '#node' }], items: false }, value: { $ref: '#/$defs/n' } },
    $defs: { n: { $anchor: 'n', type: 'number' } },
    unevaluatedProperties: false,
  };
  expect(fields(tree, '{"value":1,"children":[{"value":2}]}')).toEqual([]);
  expect(fields(tree, '{"value":1,"children":[{"value":"x"},3],"other":1}').toSorted()).toEqual([
    ...['/input/children', '/input/children/0/value', '/input/other'],
  ]);
});
