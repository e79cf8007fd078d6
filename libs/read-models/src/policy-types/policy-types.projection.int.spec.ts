import type { PolicyTypeCreated, PolicyTypeFacts, PolicyTypeUpdated, Recorded } from '#libs/domain';
import { aDenial, recorded, START, type Circumstances } from '#libs/testing';
import { logOf } from '../testing/log-of.js';
import { ReadModelDatabase } from '../testing/read-model-database.js';
import { listPolicyTypes } from './list-policy-types.js';
import { PolicyTypesProjection } from './policy-types.projection.js';

const TABLES = ['policy_types'];
let database: ReadModelDatabase;

beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
beforeEach(() => database.forget());
afterAll(() => database.drop());

const facts: PolicyTypeFacts = {
  ...{ title: 'Auto', input_schema: { type: 'object' }, result_schema: null },
  defaults: { priority: 5, max_attempts: 3 },
};

function created(type: string, circumstances?: Circumstances): Recorded<PolicyTypeCreated> {
  return recorded({ type: 'policy_type.created', data: { policy_type: type, ...facts } }, circumstances);
}
function retitled(type: string, title: string, circumstances?: Circumstances): Recorded<PolicyTypeUpdated> {
  const changes = [{ field: 'title', before: 'Auto', after: title }];
  return recorded(
    { type: 'policy_type.updated', data: { policy_type: type, ...facts, title, changes } },
    circumstances,
  );
}

const LIFE = logOf([
  created('auto'),
  aDenial(),
  created('home', { at: START + 1 }),
  retitled('auto', 'Auto 2', { at: START + 2 }),
  created('auto', { at: START + 3, org_id: 'org_b' }),
  retitled('auto', 'Auto 3', { at: START + 4 }),
]);

const page = { limit: 10, beforeSeq: null };

it('lists the types of one organization as their last events left them, newest first', async () => {
  await database.project(new PolicyTypesProjection(), LIFE);
  const listed = await listPolicyTypes(database.api, 'org_a', page);
  expect(listed).toEqual([
    { createdSeq: 3, policyType: { ...state('home', 'Auto'), updatedAt: START + 1 } },
    { createdSeq: 1, policyType: { ...state('auto', 'Auto 3'), updatedAt: START + 4 } },
  ]);
  expect(await listPolicyTypes(database.api, 'org_a', { limit: 10, beforeSeq: 3 })).toEqual(listed.slice(1));
  expect(await listPolicyTypes(database.api, 'org_a', { limit: 1, beforeSeq: null })).toEqual(listed.slice(0, 1));
  expect(await listPolicyTypes(database.api, 'org_b', page)).toHaveLength(1);
  expect(await listPolicyTypes(database.api, 'org_c', page)).toEqual([]);
});

function state(type: string, title: string): object {
  return {
    ...{ type, title, inputSchema: { type: 'object' }, resultSchema: null },
    defaults: { priority: 5, maxAttempts: 3 },
  };
}

it.each(LIFE.map((_, cut) => cut))(
  'gives the same rows when a page ends after %i events, and on a second run',
  async (cut) => {
    await database.project(new PolicyTypesProjection(), LIFE);
    const whole = await database.rows(TABLES);
    await database.project(new PolicyTypesProjection(), LIFE);
    expect(await database.rows(TABLES)).toEqual(whole);
    await database.forget();
    await database.project(new PolicyTypesProjection(), LIFE, [cut]);
    expect(await database.rows(TABLES)).toEqual(whole);
  },
);

it.each([
  ['a version that it does not know', [created('auto', { schema_version: 9 })], 'unknown_event'],
  ['a change of what is not there', [retitled('auto', 'x')], 'malformed_event'],
  ['a second creation', [created('auto'), created('auto')], 'malformed_event'],
])('stops at %s, and keeps nothing of its page', async (_, history, code) => {
  await expect(database.project(new PolicyTypesProjection(), logOf(history))).rejects.toMatchObject({ code });
  expect(await database.rows(TABLES)).toEqual([]);
});

it('stops at an event in the stream of another organization', async () => {
  const [own, foreign] = logOf([created('auto'), created('auto', { org_id: 'org_b' })]);
  if (own === undefined || foreign === undefined) throw new Error('both were made');
  const log = [{ ...foreign, stream: own.stream, position: own.position }];
  await expect(database.project(new PolicyTypesProjection(), log)).rejects.toMatchObject({ code: 'malformed_event' });
});
