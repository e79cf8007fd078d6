import { apiKeyCreated, apiKeyDeleted, keyId, START } from '#libs/testing';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { ApiKeysProjection } from './api-keys.projection.js';
import { getApiKey } from './get-api-key.js';
import type { ApiKeyFilter } from './key-filter.js';
import { listApiKeys } from './list-api-keys.js';
import { recordUse } from './record-use.js';

const [A, B, C, D] = ['AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB', 'CCCCCCCCCCCCCCCC', 'DDDDDDDDDDDDDDDD'].map((lineage) =>
  keyId(0, lineage),
);
const created = [
  apiKeyCreated({ key_id: A ?? '', name: 'Straße 100%', description: 'for_the auditors' }),
  apiKeyCreated({ key_id: B ?? '', name: 'Deploy', key_type: 'user', environment: 'test' }),
  apiKeyCreated({ key_id: C ?? '', name: 'Gone' }),
  apiKeyDeleted({}, C),
  apiKeyCreated({ key_id: D ?? '', name: 'Other organization' }, { org_id: 'org_b' }),
];
const ALL: ApiKeyFilter = { statuses: null, type: null, environment: null, q: null };
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
  await database.project(new ApiKeysProjection(), logOf(created));
});
afterAll(() => database.drop());

async function ids(filter: Partial<ApiKeyFilter>, orgId = 'org_a'): Promise<readonly string[]> {
  const page = { limit: 50, beforeSeq: null };
  const keys = await listApiKeys(database.api, orgId, { ...ALL, ...filter }, page, START);
  return keys.map(({ key }) => key.id);
}

it('lists the newest first, without deleted ones and those of others', async () => {
  expect(await ids({})).toEqual([B, A]);
  expect(await ids({}, 'org_b')).toEqual([D]);
  expect(await ids({}, 'org_c')).toEqual([]);
});

it('finds by type, environment and status', async () => {
  expect(await ids({ type: 'user' })).toEqual([B]);
  expect(await ids({ environment: 'live' })).toEqual([A]);
  expect(await ids({ statuses: ['active'], type: 'service' })).toEqual([A]);
  expect(await ids({ statuses: ['revoked', 'expired'] })).toEqual([]);
});

it.each([
  ['part of a name in another case', 'STRASSE', []],
  ['part of a name with a letter that has a capital', 'raß', [A]],
  ['part of a description', 'The Aud', [A]],
  ['a percent sign as itself', '100%', [A]],
  ['an underscore as itself', 'for_the', [A]],
  ['an underscore that is not there', 'e_loy', []],
  ['a backslash as itself', '\\', []],
  ['the beginning of an id', 'ak_BBBB', [B]],
  ['an id in another case', 'ak_bbbb', []],
  ['the end of an id', 'BBBB0000', []],
])('looks for %s', async (_, q, found) => {
  expect(await ids({ q })).toEqual(found);
});

it('goes on behind a key, however many were added meanwhile', async () => {
  const [first] = await listApiKeys(database.api, 'org_a', ALL, { limit: 1, beforeSeq: null }, START);
  expect(first?.key.id).toBe(B);
  const more = [...created, apiKeyCreated({ key_id: keyId(0, 'EEEEEEEEEEEEEEEE') })];
  await database.project(new ApiKeysProjection(), logOf(more));
  const beforeSeq = first?.createdSeq ?? 0;
  const rest = await listApiKeys(database.api, 'org_a', ALL, { limit: 5, beforeSeq }, START);
  expect(rest.map(({ key }) => key.id)).toEqual([A]);
});

it('gets a key, and nothing for an unknown one, a deleted one and one of another organization', async () => {
  expect(await getApiKey(database.api, 'org_a', A ?? '')).toMatchObject({ key: { id: A }, lastUsedAt: null });
  for (const id of [C, D, 'ak_unknown', '']) expect(await getApiKey(database.api, 'org_a', id ?? '')).toBeNull();
});

it('knows when a key was last used, and never goes back', async () => {
  const use = (at: number) => [{ keyId: A ?? '', at }];
  await recordUse(database.apiPool, 'org_a', [...use(90), ...use(100), { keyId: B ?? '', at: 7 }]);
  await recordUse(database.apiPool, 'org_a', use(50));
  await recordUse(database.apiPool, 'org_b', use(200));
  expect(await getApiKey(database.api, 'org_a', A ?? '')).toMatchObject({ lastUsedAt: 100 });
  const keys = await listApiKeys(database.api, 'org_a', ALL, { limit: 50, beforeSeq: null }, START);
  expect(keys.filter(({ lastUsedAt }) => lastUsedAt !== null).map(({ lastUsedAt }) => lastUsedAt)).toEqual([7, 100]);
});
