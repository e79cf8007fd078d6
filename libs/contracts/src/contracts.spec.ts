import { INTEGRATION_EVENT_TYPES, isIntegrationEventType } from '#libs/domain';
import { shapeOf } from '#libs/testing';
import { fieldsFromTables } from './fields-from-tables.js';
import type { IntegrationEvent } from './integration-event.js';
import { sampleData } from './samples/sample-data.js';
import { compiledSchemas, EVERY_VERSION, fileOf, filesIn, goldenBody } from './testing/contract-files.js';
import { goldenHistories } from './testing/golden-histories.js';
import { Translator } from './translator.js';

/*
 * Golden files are bodies as a release sent them, one for every version that was ever sent, and are never changed: receivers
 * were written against them.
 */
const FILES = EVERY_VERSION.map(([type, version]) => fileOf(type, version));
const OBJECTS = ['body.v1.json', 'job.v1.json', 'key.v1.json', 'webhook.v1.json'];

const open = compiledSchemas({ closed: false });
const closed = compiledSchemas({ closed: true });

it('has a golden file of every version, and no other', () =>
  expect([...filesIn('golden')].sort()).toEqual([...FILES].sort()));

it('has a schema of every version, and no other', () =>
  expect([...filesIn('schemas')].sort()).toEqual([...FILES, ...OBJECTS].sort()));

it.each(EVERY_VERSION)('%s in version %i is still what its schema promises, and all of it', (type, version) => {
  for (const schemas of [open, closed]) {
    const validate = schemas(fileOf(type, version));
    expect([validate(goldenBody(type, version)), validate.errors]).toEqual([true, null]);
  }
});

it.each(EVERY_VERSION)('the schema of %s in version %i knows a body that lacks something', (type, version) => {
  const body = goldenBody(type, version);
  const validate = open(fileOf(type, version));
  for (const name of Object.keys(body.data).filter((name) => name !== 'result')) {
    const { [name]: _, ...data } = body.data;
    expect([name, validate({ ...body, data })]).toEqual([name, false]);
  }
  expect(validate({ ...body, type: 'something.else' })).toBe(false);
  expect(validate({ ...body, sequence: '1' })).toBe(false);
});

it.each(INTEGRATION_EVENT_TYPES)('shows in a test of %s what its golden file has', (type) =>
  expect(sampleData(type)).toEqual(goldenBody(type, 1).data),
);

describe('what the golden histories of the log become', () => {
  const told = new Map<string, IntegrationEvent>();
  beforeAll(async () => {
    const store = { readStream: () => Promise.reject(new Error('it was met in order, from its start')) };
    const translator = new Translator(store);
    for (const stored of goldenHistories()) {
      const content = await translator.translate(stored);
      if (content?.event != null && !told.has(content.event.type)) told.set(content.event.type, content.event);
    }
  });

  it('is every type', () =>
    expect([...told.keys()].filter(isIntegrationEventType).sort()).toEqual([...INTEGRATION_EVENT_TYPES].sort()));

  it.each(INTEGRATION_EVENT_TYPES)('is for %s its golden file but for what tables know', (type) => {
    const { sequence: _, data, ...body } = goldenBody(type, 1);
    const fromLog = Object.fromEntries(Object.entries(data).filter(([name]) => !fieldsFromTables(type).includes(name)));
    expect(told.get(type)).toEqual({ ...body, schema_version: 1, data: fromLog });
    expect(shapeOf(told.get(type)?.data ?? null)).toEqual(shapeOf(fromLog));
    expect(Object.keys(data)).toEqual(expect.arrayContaining([...fieldsFromTables(type)]));
  });
});
