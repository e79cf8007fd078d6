import { RunningApi, type ApiAnswer } from '../testing/running-api.js';

const A_NUMBER = expect.any(Number) as unknown;
const VIN = { type: 'object', properties: { vin: { type: 'string', minLength: 3 } }, required: ['vin'] };

let api: RunningApi;
let made = 0;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const newType = (): string => `type_${made++}`;
const put = (type: string, body: unknown, credential = api.credentials.admin, headers = {}): Promise<ApiAnswer> =>
  api.call(credential, 'PUT', `/v1/policy-types/${type}`, body, headers);
const schemasOf = (type: string, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'GET', `/v1/policy-types/${type}/schema`);
const list = (query = '', credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'GET', `/v1/policy-types${query}`);
const namesIn = ({ body }: ApiAnswer): readonly unknown[] =>
  Array.isArray(body['data']) ? body['data'].map((each: { readonly type: string }) => each.type) : [];

it('answers 201 with what is new, at once readable by its name and, from its position on, in the list', async () => {
  const type = newType();
  const answer = await put(type, { title: 'Commercial auto', input_schema: VIN });
  expect([answer.status, answer.body]).toEqual([
    201,
    {
      ...{ type, title: 'Commercial auto', input_schema: VIN, result_schema: null },
      ...{ defaults: { priority: 5, max_attempts: 3 }, updated_at: A_NUMBER },
    },
  ]);
  const schemas = await schemasOf(type);
  expect([schemas.status, schemas.body]).toEqual([200, { input_schema: VIN, result_schema: null }]);
  const listed = await api.getAfter(answer, '/v1/policy-types?limit=1');
  expect(listed.body).toMatchObject({ data: [answer.body] });
});

it('answers 200 with what has changed; what is not put again is gone', async () => {
  const type = newType();
  await put(type, { title: 'A', input_schema: VIN, result_schema: true, defaults: { priority: 9, max_attempts: 25 } });
  const answer = await put(type, {
    title: 'B',
    result_schema: false,
    input_schema: null,
    defaults: { max_attempts: 1 },
  });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    { title: 'B', input_schema: null, result_schema: false, defaults: { priority: 5, max_attempts: 1 } },
  ]);
  expect((await schemasOf(type)).body).toEqual({ input_schema: null, result_schema: false });
  const listed = await api.getAfter(answer, '/v1/policy-types?limit=1');
  expect(listed.body).toMatchObject({ data: [answer.body] });
});

it('writes no event where nothing changes, and answers a position all the same', async () => {
  const type = newType();
  const first = await put(type, { title: 'Same', input_schema: VIN });
  const again = await put(type, { title: 'Same', input_schema: { ...VIN, required: ['vin'] }, defaults: {} });
  expect([again.status, again.body]).toEqual([200, first.body]);
  const trail = await api.getAfter(again, `/v1/activity?target_type=policy_type&target_id=${type}`);
  expect(trail.body['data']).toHaveLength(1);
});

it('names what was changed in the audit log', async () => {
  const type = newType();
  await put(type, { title: 'A' });
  const answer = await put(type, { title: 'B' });
  const trail = await api.getAfter(answer, `/v1/activity?target_type=policy_type&target_id=${type}`);
  expect(trail.body['data']).toMatchObject([
    { event_type: 'policy_type.updated', data: { changes: [{ field: 'title', before: 'A', after: 'B' }] } },
    { event_type: 'policy_type.created', event_group: 'configuration', activity_type: 'record_creation' },
  ]);
});

it.each<[string, unknown, readonly string[]]>([
  ['no title', {}, ['title']],
  ['an empty title', { title: '' }, ['title']],
  ['a long title', { title: 't'.repeat(2_001) }, ['title']],
  ['a title with a line break', { title: 'a\nb' }, ['title']],
  ['a title that is none', { title: 5 }, ['title']],
  ['a schema that is text', { title: 't', input_schema: '{}' }, ['input_schema']],
  ['a schema that is a list', { title: 't', result_schema: [] }, ['result_schema']],
  ['defaults that are none', { title: 't', defaults: null }, ['defaults']],
  ['an unknown default', { title: 't', defaults: { timeout: 5 } }, ['defaults']],
  ['an inherited default', { title: 't', defaults: { toString: 5 } }, ['defaults']],
  ['a priority out of range', { title: 't', defaults: { priority: 10 } }, ['defaults']],
  ['a priority that is text', { title: 't', defaults: { priority: '5' } }, ['defaults']],
  ['a priority of null', { title: 't', defaults: { priority: null } }, ['defaults']],
  ['no attempt', { title: 't', defaults: { max_attempts: 0 } }, ['defaults']],
  ['an unknown member', { title: 't', description: 'd' }, ['description']],
  ['its own name', { title: 't', type: 'x' }, ['type']],
])('answers 422 to %s', async (_, body, fields) => {
  expect(await put(newType(), body)).toMatchObject({ status: 422, code: 'validation_failed', fields });
});

it.each<[string, string]>([
  ['Auto', 'Auto'],
  ['a dot', 'a.b'],
  ['a blank', 'a%20b'],
  ['65 characters', 'a'.repeat(65)],
  ['a NUL', 'a%00'],
])('answers 422 to the name %s, and 404 where it is looked up', async (_, type) => {
  expect(await put(type, { title: 't' })).toMatchObject({ status: 422, code: 'validation_failed', fields: ['type'] });
  expect(await schemasOf(type)).toMatchObject({ status: 404, code: 'policy_type_not_found' });
});

it.each<[string, object, RegExp]>([
  ['is none', { type: 'strng' }, /no JSON Schema of draft 2020-12: at \/type/],
  ['is of another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, /draft 2020-12/],
  ['refers to elsewhere', { $ref: 'https://example.com/schema' }, /not in the schema itself/],
  ['refers to a file', { $ref: 'file:///etc/passwd' }, /not in the schema itself/],
  ['refers dynamically to elsewhere', { $dynamicRef: 'https://example.com/x#y' }, /\$dynamicRef/],
  ['has a pattern that is none', { pattern: '[' }, /regular expression/i],
  ['is larger than 64 KiB', { description: 'd'.repeat(65_519) }, /65536 bytes/],
  ['has a NUL in it', { const: '\u0000' }, /control/],
  ['has the secret of a key in it', { const: `ak_live_${'a'.repeat(69)}` }, /secret/],
])('answers 422 invalid_schema to a schema that %s, naming which', async (_, schema, message) => {
  const type = newType();
  for (const field of ['input_schema', 'result_schema']) {
    const answer = await put(type, { title: 't', [field]: schema });
    expect(answer).toMatchObject({ status: 422, code: 'invalid_schema', fields: [field] });
    expect(answer.text).toMatch(message);
  }
  expect((await schemasOf(type)).status).toBe(404);
});

it('names both schemas where both are wrong, and takes one of exactly 64 KiB', async () => {
  const both = await put(newType(), { title: 't', input_schema: { type: 5 }, result_schema: { type: 5 } });
  expect(both).toMatchObject({ status: 422, fields: ['input_schema', 'result_schema'] });
  expect((await put(newType(), { title: 't', input_schema: { description: 'd'.repeat(65_518) } })).status).toBe(201);
});

it('answers 422 to a schema nested without end', async () => {
  const deep = `{"title":"t","input_schema":${'{"not":'.repeat(50_000)}{}${'}'.repeat(50_000)}}`;
  expect(await put(newType(), deep)).toMatchObject({ status: 422, code: 'invalid_schema', fields: ['input_schema'] });
  const bare = `{"title":"t","input_schema":{"const":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`;
  expect(await put(newType(), bare, api.credentials.admin, { 'idempotency-key': 'deep' })).toMatchObject({
    status: 422,
  });
});

it('gives no schema anything of the process: __proto__ is refused, constructor is a member like any other', async () => {
  const hostile = '{"title":"t","input_schema":{"properties":{"__proto__":{"const":1}}}}';
  expect(await put(newType(), hostile)).toMatchObject({ status: 422, code: 'invalid_schema' });
  const schema = { properties: { constructor: { type: 'string' } }, required: ['constructor'] };
  expect((await put(newType(), { title: 't', input_schema: schema })).body).toMatchObject({ input_schema: schema });
  const own = '{"title":"t","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  expect((await put(newType(), own)).status).toBe(422);
  expect('polluted' in {}).toBe(false);
});

it('keeps the types of organizations apart, those of one name too', async () => {
  const type = newType();
  await put(type, { title: 'Ours', input_schema: VIN });
  expect((await schemasOf(type, api.credentials.other)).status).toBe(404);
  const theirs = await put(type, { title: 'Theirs' }, api.credentials.other);
  expect([theirs.status, theirs.body['title']]).toEqual([201, 'Theirs']);
  expect((await schemasOf(type)).body).toMatchObject({ input_schema: VIN });
  const listed = await api.getAfter(theirs, '/v1/policy-types', api.credentials.other);
  expect(namesIn(listed)).toEqual([type]);
});

it('lists the newest first, page by page, each once while types are added', async () => {
  const types = [newType(), newType(), newType()];
  let last = await put(types[0] ?? '', { title: 't' });
  for (const type of types.slice(1)) last = await put(type, { title: 't' });
  const first = await api.getAfter(last, '/v1/policy-types?limit=2');
  expect([namesIn(first), first.body['has_more']]).toEqual([[types[2], types[1]], true]);
  await put(newType(), { title: 't' });
  await put(types[0] ?? '', { title: 'changed' });
  const second = await list(`?limit=1&cursor=${encodeURIComponent(String(first.body['next_cursor']))}`);
  expect(namesIn(second)).toEqual([types[0]]);
  expect(await list('?limit=0')).toMatchObject({ status: 422, fields: ['limit'] });
  expect(await list('?limit=201')).toMatchObject({ status: 422, fields: ['limit'] });
  expect(await list('?q=x')).toMatchObject({ status: 422, fields: ['q'] });
  expect(await list('?cursor=x')).toMatchObject({ status: 400, code: 'invalid_cursor' });
  const theirs = `?cursor=${encodeURIComponent(String(first.body['next_cursor']))}`;
  expect(await list(theirs, api.credentials.other)).toMatchObject({ status: 400, code: 'invalid_cursor' });
});

it('lets admins change and members look; keys look by their scopes', async () => {
  const { admin, member, auditor, platform } = api.credentials;
  const type = newType();
  await put(type, { title: 't' }, admin);
  const key = async (...scopes: readonly string[]): Promise<string> => (await api.key({ scopes })).secret;
  const [extract, submit, reader, full] = [
    await key('extract:read'),
    await key('jobs:write'),
    await key('jobs:read'),
    await key(),
  ];
  for (const credential of [member, auditor, platform, full, submit]) {
    expect(await put(type, { title: 'x' }, credential)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
  for (const credential of [admin, member, extract, submit, full]) {
    expect([(await list('', credential)).status, (await schemasOf(type, credential)).status]).toEqual([200, 200]);
  }
  for (const credential of [auditor, platform]) {
    expect([(await list('', credential)).status, (await schemasOf(type, credential)).status]).toEqual([401, 401]);
  }
  for (const answer of [await list('', reader), await schemasOf(type, reader)]) {
    expect([answer.status, answer.body]).toMatchObject([
      403,
      { detail: { code: 'insufficient_scope', required_scope: 'extract:read' } },
    ]);
  }
});

it('answers a repeated request as the first, and refuses another body under its key', async () => {
  const [type, key] = [newType(), { 'idempotency-key': 'put-1' }];
  const first = await put(type, { title: 'A', input_schema: VIN }, api.credentials.admin, key);
  await put(type, { title: 'B' });
  const again = await put(type, { input_schema: VIN, title: 'A' }, api.credentials.admin, key);
  expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([201, first.body, 'true']);
  expect(again.headers.get('x-log-position')).toBe(first.headers.get('x-log-position'));
  expect(await put(type, { title: 'C' }, api.credentials.admin, key)).toMatchObject({
    ...{ status: 422, code: 'idempotency_key_reused' },
  });
  expect((await schemasOf(type)).body).toEqual({ input_schema: null, result_schema: null });
});

it('makes one type of many requests at once: one of them creates it, the last one stands', async () => {
  const type = newType();
  const titles = ['a', 'b', 'c', 'd', 'e'];
  const answers = await Promise.all(titles.map((title) => put(type, { title })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201]);
  expect(answers.map(({ body }) => body['title'])).toEqual(titles);
  const settled = await put(type, { title: 'settled' });
  const trail = await api.getAfter(settled, `/v1/activity?target_type=policy_type&target_id=${type}`);
  expect(trail.body['data']).toHaveLength(6);
});
