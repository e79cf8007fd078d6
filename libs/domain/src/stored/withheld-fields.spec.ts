import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '../json.js';
import { upcast } from './upcast.js';
import { withoutWithheldFields, withPlaceholders } from './withheld-fields.js';

interface Golden {
  readonly type: string;
  readonly schema_version: number;
  readonly data: JsonObject;
}

const FOLDER = 'libs/domain/golden';
const golden = readdirSync(FOLDER).map((file): Golden => {
  const [type = '', version = ''] = file.replace(/\.json$/, '').split('.v');
  const { data } = JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as { readonly data: JsonObject };
  return { type, schema_version: Number(version), data };
});

const WITHHELD = /hash|pepper|secret_|^input$|^result$/;

/** What is withheld as a whole has no names of its own to look at. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...(WITHHELD.test(name) ? [] : namesIn(member))]);
}

it.each(golden)(
  'lets no hash, no pepper version, no reference to a secret, no input and no result out of $type, version $schema_version',
  ({ type, data }) => {
    const shown = withoutWithheldFields(type, data);
    expect(namesIn(shown)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/hash|pepper|secret_|token$|^input$|^result$/)]),
    );
    // Of a signing secret the hint is left, in an object of that name.
    expect(JSON.stringify(shown)).not.toMatch(/"\w*secret":[^{]/);
  },
);

it.each(golden)('hands on everything else of $type, version $schema_version', ({ type, data }) => {
  const withheld = namesIn(data).filter((name) => WITHHELD.test(name));
  const shown = namesIn(withoutWithheldFields(type, data));
  expect([...shown, ...withheld].sort()).toEqual([...namesIn(data)].sort());
});

it.each(golden)('makes $type, version $schema_version, one that can be folded', ({ type, schema_version, data }) => {
  const read = withPlaceholders(type, withoutWithheldFields(type, data));
  expect(namesIn(read).toSorted()).toEqual(namesIn(data).toSorted());
  expect(() => upcast(type, schema_version, read)).not.toThrow();
  expect(JSON.stringify(read)).not.toMatch(/"hash":"[0-9a-f]/);
});

it('leaves an event alone that lacks the part which holds a withheld field', () => {
  expect(withoutWithheldFields('api_key.rotated', { successor: null })).toEqual({ successor: null });
  expect(withPlaceholders('api_key.rotated', {})).toEqual({});
  expect(withoutWithheldFields('constructor', { hash: 'x' })).toEqual({ hash: 'x' });
});
