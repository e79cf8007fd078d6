import type { JsonObject, JsonValue } from '#libs/domain';
import { SILENT, type Logger } from '#libs/observability';
import { JsonSchemas } from './json-schemas.js';

const ORG = 'org_a';
/** Each of these takes longer than anybody would wait on the value beside it. */
const ENDLESS: readonly [string, JsonObject, JsonValue][] = [
  ['repeats a repetition', { pattern: '(a+)+$' }, `${'a'.repeat(60)}!`],
  ['has alternatives that are the same', { pattern: '^(a|a)*$' }, `${'a'.repeat(60)}!`],
  ['overlaps', { pattern: '^(\\w+\\s?)*$' }, `${'word '.repeat(40)}!`],
  ['tries every member’s name', { patternProperties: { '^(x+x+)+y$': false } }, { ['x'.repeat(60)]: 1 }],
  ['calls itself twice at each level', doubling(40), 1],
];

/** `allOf` of two references to the next, forty levels deep: 2^40 visits of one value. */
function doubling(levels: number): JsonObject {
  const $defs: Record<string, JsonValue> = { [`d${levels}`]: { type: 'string' } };
  for (let n = 0; n < levels; n++) {
    const next = { $ref: `#/$defs/d${n + 1}` };
    $defs[`d${n}`] = { allOf: [next, next] };
  }
  return { $ref: '#/$defs/d0', $defs };
}

class Warnings implements Logger {
  readonly messages: string[] = [];
  debug = (): void => undefined;
  info = (): void => undefined;
  error = (_: object, message: string): void => void this.messages.push(message);
  warn = (_: object, message: string): void => void this.messages.push(message);
}

let schemas: JsonSchemas;
beforeEach(() => {
  schemas = new JsonSchemas({ logger: SILENT });
});
afterEach(() => schemas.stop());

it('takes a value that fits, and points at what does not', async () => {
  const schema = { type: 'object', properties: { vin: { type: 'string' } }, required: ['vin'] };
  expect(await schemas.check(ORG, schema)).toBeNull();
  expect(await schemas.validate(ORG, schema, { vin: 'x' }, '/input')).toBeNull();
  expect(await schemas.validate(ORG, schema, {}, '/input')).toEqual([{ field: '/input/vin', message: 'is missing' }]);
  expect(await schemas.validate(ORG, schema, { vin: 5 }, '/result')).toEqual([
    { field: '/result/vin', message: 'must be string' },
  ]);
});

it('holds a value against a schema that this process has never compiled', async () => {
  expect(await schemas.validate(ORG, { type: 'string' }, 5, '/input')).toHaveLength(1);
  expect(await schemas.validate(ORG, false, 5, '/input')).toHaveLength(1);
  expect(await schemas.validate(ORG, null, 5, '/input')).toBeNull();
  expect(await schemas.validate(ORG, true, 5, '/input')).toBeNull();
});

it('says what is wrong with a schema', async () => {
  expect(await schemas.check(ORG, { type: 'strng' })).toMatch(/no JSON Schema of draft 2020-12: at \/type/);
  expect(await schemas.check(ORG, { $ref: 'https://example.com/x' })).toMatch(/not in the schema itself/);
  expect(await schemas.check(ORG, { $async: true })).toMatch(/\$async/);
});

it('lets no schema see what another one names', async () => {
  const named = { $id: 'https://example.com/named', $defs: { a: { type: 'string' } } };
  expect(await schemas.check('org_b', named)).toBeNull();
  expect(await schemas.check(ORG, { $ref: 'https://example.com/named' })).toMatch(/not in the schema itself/);
  expect(await schemas.check(ORG, named)).toBeNull();
});

it('leaves every object of the process as it was', async () => {
  const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as JsonObject;
  const schema = { properties: { constructor: { default: { polluted: 1 } } }, additionalProperties: { default: 1 } };
  expect(await schemas.validate(ORG, schema, hostile, '/input')).toBeNull();
  expect(Object.keys(hostile)).toEqual(['__proto__', 'constructor']);
  expect('polluted' in {}).toBe(false);
});

it.each(ENDLESS)('ends a schema that %s', async (_, schema, value) => {
  expect(await schemas.check(ORG, schema)).toBeNull();
  expect(await schemas.validate(ORG, schema, value, '/input')).toEqual([
    { field: '/input', message: 'takes longer than 200 ms to check by its schema' },
  ]);
});

it('fails none of those that wait behind one that never ends, and goes on ticking meanwhile', async () => {
  const order: string[] = [];
  const note = (name: string) => (problems: unknown) =>
    void order.push(`${name} ${problems === null ? 'fits' : 'not'}`);
  const [, endless, value] = ENDLESS[0] ?? ['', {}, ''];
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 5);
  await Promise.all([
    schemas.validate(ORG, endless, value, '/input').then(note('a1')),
    schemas.validate(ORG, endless, value, '/input').then(note('a2')),
    schemas.validate(ORG, { type: 'string' }, 'x', '/input').then(note('a3')),
    schemas.validate('org_b', { type: 'string' }, 'x', '/input').then(note('b1')),
    schemas.validate('org_c', { type: 'string' }, 5, '/input').then(note('c1')),
  ]);
  clearInterval(ticking);
  expect(order).toEqual(['a1 not', 'a2 not', 'b1 fits', 'c1 not', 'a3 fits']);
  // Where the pattern ran in this thread there would be none.
  expect(ticks).toBeGreaterThan(10);
});

it('refuses a schema that takes too much to compile, and those nested without end', async () => {
  const deep = JSON.parse(`${'{"not":'.repeat(9_000)}{}${'}'.repeat(9_000)}`) as JsonObject;
  expect(await schemas.check(ORG, deep)).toMatch(/100 levels/);
  const deepValue = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) as JsonValue;
  expect(await schemas.validate(ORG, { type: 'array' }, deepValue, '/input')).toEqual([
    { field: '/input', message: 'is nested too deeply to be checked' },
  ]);
});

it('outlives a schema that needs too much memory', async () => {
  const warnings = new Warnings();
  const small = new JsonSchemas({ logger: warnings });
  // Each element fails each of the many rules, and each failure is an object.
  const greedy = { items: { allOf: Array.from({ length: 2_000 }, () => ({ type: 'string' })) } };
  const problems = await small.validate(
    ORG,
    greedy,
    Array.from({ length: 100_000 }, () => 1),
    '/input',
  );
  expect(problems).toEqual([
    { field: '/input', message: expect.stringMatching(/^takes (longer|too much)/) as unknown },
  ]);
  expect(warnings.messages).toHaveLength(1);
  expect(await small.validate(ORG, { type: 'string' }, 'x', '/input')).toBeNull();
  await small.stop();
});

it('refuses at once what finds no room to wait', async () => {
  const narrow = new JsonSchemas({ logger: SILENT, bounds: { perOrganization: 1, total: 2 } });
  const validate = (orgId: string) => narrow.validate(orgId, { type: 'string' }, 'x', '/input');
  const outcomes = await Promise.allSettled(['a', 'a', 'a', 'b', 'c'].map(validate));
  const busy: unknown = expect.objectContaining({ code: 'schema_check_unavailable' });
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: null },
    { status: 'fulfilled', value: null },
    { status: 'rejected', reason: busy },
    { status: 'fulfilled', value: null },
    { status: 'rejected', reason: busy },
  ]);
  await narrow.stop();
});

it('ends what it is at and refuses what waits when it is stopped', async () => {
  const [, endless, value] = ENDLESS[0] ?? ['', {}, ''];
  const outcomes = Promise.allSettled([
    schemas.validate(ORG, endless, value, '/input'),
    schemas.validate(ORG, { type: 'string' }, 'x', '/input'),
  ]);
  await schemas.stop();
  const refused: unknown = expect.objectContaining({ code: 'schema_check_unavailable' });
  expect(await outcomes).toEqual(Array.from({ length: 2 }, () => ({ status: 'rejected', reason: refused })));
  await expect(schemas.check(ORG, {})).rejects.toMatchObject({ code: 'schema_check_unavailable' });
});
