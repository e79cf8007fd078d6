import { keyId, START } from '#libs/testing';
import { A, B, C, D, ReadApi, type ReadList } from '../testing/read-api.js';

let api: ReadApi;
beforeAll(async () => {
  api = await ReadApi.start();
});
afterAll(() => api.close());

const field = (list: ReadList, name: string): unknown[] => list.data.map((row) => row[name]);
const rfc3339 = (seconds: number): string => new Date(seconds * 1_000).toISOString();

it.each([
  ['before the first event', START - 1, [], []],
  ['at the creation', START, [keyId(0, A)], ['active']],
  ['a millisecond ahead of the rotation', START + 0.999, [keyId(0, A)], ['active']],
  ['at the rotation', START + 1, [keyId(1, A), keyId(0, A)], ['active', 'rotating']],
  ['at a revocation', START + 3, [keyId(0, B), keyId(1, A), keyId(0, A)], ['revoked', 'active', 'rotating']],
  [
    'while a key was there that is deleted now',
    START + 4,
    [keyId(0, C), keyId(0, B), keyId(1, A), keyId(0, A)],
    ['active', 'revoked', 'active', 'rotating'],
  ],
  ['at its deletion', START + 5, [keyId(0, B), keyId(1, A), keyId(0, A)], ['revoked', 'active', 'rotating']],
])('lists keys as they stood %s', async (_, at, ids, statuses) => {
  const { status, list } = await api.get(`/v1/api-keys?as_of=${rfc3339(at)}`, 'auditor');
  expect([status, field(list, 'id'), field(list, 'status')]).toEqual([200, ids, statuses]);
  expect(new Set(field(list, 'last_used_at'))).toEqual(new Set(ids.length === 0 ? [] : [null]));
});

it('takes Unix seconds as well, and the present instant', async () => {
  const [seconds, text] = [`/v1/api-keys?as_of=${START + 1}`, `/v1/api-keys?as_of=${rfc3339(START + 1)}`];
  expect((await api.get(seconds)).body).toEqual((await api.get(text)).body);
  const now = (await api.get(`/v1/api-keys?as_of=${START + 10}`)).list.data;
  const present = (await api.get('/v1/api-keys')).list.data;
  expect(now).toEqual(present.map((key) => ({ ...key, last_used_at: null })));
});

it('filters by how keys stood then', async () => {
  const list = async (query: string) => field((await api.get(`/v1/api-keys?${query}`)).list, 'id');
  expect(await list(`as_of=${START + 2}&status=active`)).toEqual([keyId(0, B), keyId(1, A)]);
  expect(await list(`as_of=${START + 3}&status=active`)).toEqual([keyId(1, A)]);
  expect(await list(`as_of=${START + 4}&q=gOn`)).toEqual([keyId(0, C)]);
  expect(await list(`as_of=${START + 4}&environment=test`)).toEqual([keyId(0, B)]);
});

it('pages, with cursors for that instant alone', async () => {
  const path = `/v1/api-keys?as_of=${START + 4}&limit=3`;
  const first = await api.get(path);
  expect([field(first.list, 'id'), first.list.has_more]).toEqual([[keyId(0, C), keyId(0, B), keyId(1, A)], true]);
  const cursor = first.list.next_cursor;
  const second = await api.get(`${path}&cursor=${cursor}`);
  expect([field(second.list, 'id'), second.list.next_cursor]).toEqual([[keyId(0, A)], null]);
  for (const other of ['/v1/api-keys?', `/v1/api-keys?as_of=${START + 5}&`]) {
    expect(await api.get(`${other}cursor=${cursor}`)).toMatchObject({ status: 400, code: 'invalid_cursor' });
  }
});

it('gets a key as it stood, also one that was deleted later', async () => {
  const then = (id: string, at: number) => api.get(`/v1/api-keys/${id}?as_of=${at}`);
  expect((await then(keyId(0, B), START + 2)).body).toMatchObject({ status: 'active', revoked: false });
  expect((await then(keyId(0, B), START + 3)).body).toMatchObject({ status: 'revoked', revoked_at: START + 3 });
  expect((await then(keyId(1, A), START + 9)).body).toMatchObject({ last_used_at: null, rotated_from: keyId(0, A) });
  expect((await then(keyId(0, C), START + 4)).body).toMatchObject({ name: 'Gone', status: 'active' });
});

it.each([
  ['was made later', keyId(1, A), START],
  ['was deleted before', keyId(0, C), START + 5],
  ["is another organization's", keyId(0, D), START + 9],
  ['never was', keyId(7, A), START + 9],
  ['is no id', 'ak_x', START + 9],
])('answers 404 to a key that %s', async (_, id, at) => {
  expect(await api.get(`/v1/api-keys/${id}?as_of=${at}`)).toMatchObject({ status: 404, code: 'api_key_not_found' });
});

it.each(['yesterday', '', '1.5', String(START + 11), rfc3339(START + 10.001), '999999999999'])(
  'answers 422 to an instant that is none or lies in the future: %s',
  async (asOf) => {
    for (const path of ['/v1/api-keys', `/v1/api-keys/${keyId(0, A)}`, '/v1/api-keys/ak_x']) {
      const { status, body } = await api.get(`${path}?as_of=${asOf}`);
      expect([status, body]).toMatchObject([422, { detail: { fields: [{ field: 'as_of' }] } }]);
    }
  },
);

it('lets the same callers ask as of the present', async () => {
  for (const path of ['/v1/api-keys', `/v1/api-keys/${keyId(0, A)}`]) {
    const asOf = `${path}?as_of=${START + 1}`;
    for (const allowed of ['admin', 'auditor', 'manager']) expect((await api.get(asOf, allowed)).status).toBe(200);
    for (const refused of ['member', 'platform', 'nobody']) expect((await api.get(asOf, refused)).status).toBe(401);
    for (const powerless of ['plain', 'reader']) expect((await api.get(asOf, powerless)).status).toBe(403);
  }
});
