import { checkSchema } from './check-schema.js';
import { compileSchema, unusable } from './compile-schema.js';

/** What a schema is refused with, by the meta-schema or else by its compilation. */
function problem(schema: object | boolean): string | null {
  const text = JSON.stringify(schema);
  const checked = checkSchema(text);
  if (checked !== null) return checked;
  try {
    compileSchema(text);
    return null;
  } catch (error) {
    return unusable(error);
  }
}

it.each<[string, object | boolean]>([
  ['true', true],
  ['an empty one', {}],
  ['one that refers to itself', { properties: { next: { $ref: '#' } } }],
  ['one that has names for its parts', { $id: 'https://example.com/a', $ref: 'b', $defs: { b: { $id: 'b' } } }],
  ['the name of one that was there before', { $id: 'https://example.com/a', type: 'string' }],
  ['the name of the meta-schema', { $id: 'https://json-schema.org/draft/2020-12/schema' }],
])('takes %s', (_, schema) => expect(problem(schema)).toBeNull());

it.each<[string, object, RegExp]>([
  ['an unknown type', { properties: { a: { type: 'strng' } } }, /no JSON Schema.*at \/properties\/a\/type/],
  ['a number where a list belongs', { required: 5 }, /no JSON Schema.*at \/required/],
  ['items as they were before', { items: [{ type: 'string' }] }, /no JSON Schema.*at \/items/],
  ['a pattern that is none', { pattern: '(a' }, /regular expression/i],
  ['a reference to elsewhere', { $ref: 'https://example.com/x' }, /refers to https:\/\/example.com\/x, which is not/],
  ['a reference to a file', { $ref: 'file:///etc/passwd' }, /which is not in the schema itself/],
  ['a reference to nothing', { $ref: '#/$defs/a' }, /which is not in the schema itself/],
  ['a reference to the meta-schema', { $ref: 'https://json-schema.org/draft/2020-12/schema' }, /refers to/],
  ['another schema’s name', { $ref: 'https://example.com/a' }, /refers to/],
  ['a name twice', { $id: 'https://a.com/', $defs: { a: { $anchor: 'x' }, b: { $anchor: 'x' } } }, /more than one/],
])('refuses %s', (_, schema, expected) => expect(problem(schema)).toMatch(expected));
