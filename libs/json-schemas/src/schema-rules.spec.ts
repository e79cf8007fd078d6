import type { JsonObject } from '#libs/domain';
import { schemaProblem } from './schema-rules.js';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** As a body brings it: parsed, so that `__proto__` is a member like any other. */
const parsed = (text: string): JsonObject => JSON.parse(text) as JsonObject;
const nested = (levels: number): JsonObject => parsed(`${'{"not":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`);
/** `{"description":"…"}` of exactly that many bytes. */
const ofBytes = (bytes: number): JsonObject => ({ description: 'é'.repeat((bytes - 18) / 2) });

it.each<[string, JsonObject | boolean]>([
  ['true', true],
  ['false', false],
  ['an empty one', {}],
  ['one that names its draft', { $schema: DIALECT, type: 'object' }],
  ['one nested as deep as may be', nested(100)],
  ['one as large as may be', ofBytes(65_536)],
  ['text for people, with line breaks', { description: 'a\n\tb' }],
  ['a reference to an anchor of its own', { $dynamicRef: '#node', $defs: { node: { $dynamicAnchor: 'node' } } }],
  ['properties that are called like keywords', { properties: { $schema: { type: 'string' }, $async: true } }],
  ['values that look like schemas', { const: { $schema: 'x', $async: true }, examples: [{ $dynamicRef: '#x' }] }],
])('finds nothing wrong with %s', (_, schema) => expect(schemaProblem(schema)).toBeNull());

it.each<[string, JsonObject, RegExp]>([
  ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, /draft 2020-12/],
  ['another draft further in', { properties: { a: { $schema: 'https://example.com/own' } } }, /draft 2020-12/],
  ['a draft that is no text', { $schema: 7 }, /draft 2020-12/],
  ['$async', { $async: true }, /\$async/],
  ['$async further in', { allOf: [{ $defs: { a: { $async: true } } }] }, /\$async/],
  ['a dynamic reference to elsewhere', { $dynamicRef: 'https://example.com/x#node' }, /\$dynamicAnchor/],
  ['a dynamic reference to nothing', { items: { $dynamicRef: '#node' } }, /\$dynamicAnchor/],
  ['too many levels', nested(101), /100 levels/],
  ['levels without end', nested(100_000), /100 levels/],
  ['too many bytes', ofBytes(65_538), /65536 bytes/],
  ['a NUL', { pattern: 'a\u0000' }, /control/],
  ['a lone surrogate in a name', { properties: { 'a\ud800': true } }, /control/],
  ['a number that no double holds', parsed('{"maximum":1e999}'), /number/],
  ['a member __proto__', parsed('{"properties":{"__proto__":{"type":"string"}}}'), /__proto__/],
  ['the secret of a key', { examples: [`ak_live_${'a'.repeat(69)}`] }, /secret/],
])('refuses %s', (_, schema, problem) => expect(schemaProblem(schema)).toMatch(problem));
