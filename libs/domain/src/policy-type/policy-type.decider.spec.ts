import { deciderSpec, recorded, START } from '#libs/testing';
import type { JsonObject } from '../json.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import type { PutPolicyType } from './policy-type.commands.js';
import { policyTypeDecider } from './policy-type.decider.js';
import type { PolicyTypeCreated, PolicyTypeUpdated } from './policy-type.events.js';
import { presentPolicyType } from './present-policy-type.js';

const given = deciderSpec(policyTypeDecider);

const inputSchema: JsonObject = { type: 'object', properties: { vin: { type: 'string' } }, required: ['vin'] };
const facts = {
  ...{ policy_type: 'commercial_auto', title: 'Commercial auto', input_schema: inputSchema, result_schema: null },
  defaults: { priority: 5, max_attempts: 3 },
};
const created = recorded<PolicyTypeCreated>({ type: 'policy_type.created', data: facts });

function put(fields: Partial<PutPolicyType> = {}): PutPolicyType {
  return {
    ...{ kind: 'PutPolicyType', policyType: 'commercial_auto', title: 'Commercial auto' },
    ...{ inputSchema, resultSchema: null, defaults: {}, now: START * 1000, ...fields },
  };
}

function updated(data: Partial<PolicyTypeUpdated['data']>): PolicyTypeUpdated {
  return { type: 'policy_type.updated', data: { changes: [], ...facts, ...data } };
}

it('makes a type by its first put', () =>
  given([])
    .when(put())
    .then([{ type: 'policy_type.created', data: facts }]));
it('makes one without schemas, with its own defaults', () =>
  given([])
    .when(put({ policyType: '0_-z', title: 't', inputSchema: null, defaults: { priority: 9, maxAttempts: 25 } }))
    .then([
      {
        type: 'policy_type.created',
        data: {
          ...{ policy_type: '0_-z', title: 't', input_schema: null, result_schema: null },
          defaults: { priority: 9, max_attempts: 25 },
        },
      },
    ]));

it('names what is new of a type that is there, beside all its facts', () =>
  given([created])
    .when(put({ title: 'New', resultSchema: true }))
    .then([
      updated({
        ...{ title: 'New', result_schema: true },
        changes: [
          { field: 'title', before: 'Commercial auto', after: 'New' },
          { field: 'result_schema', before: null, after: true },
        ],
      }),
    ]));
it('takes away what is not put again', () =>
  given([recorded<PolicyTypeCreated>({ ...created, data: { ...facts, defaults: { priority: 0, max_attempts: 1 } } })])
    .when(put({ inputSchema: null }))
    .then([
      updated({
        input_schema: null,
        changes: [
          { field: 'input_schema', before: inputSchema, after: null },
          { field: 'defaults', before: { priority: 0, max_attempts: 1 }, after: { priority: 5, max_attempts: 3 } },
        ],
      }),
    ]));

it('writes nothing where all is so already', () => given([created]).when(put()).then([]));
it('writes nothing where members are only named in another order', () =>
  given([created])
    .when(put({ inputSchema: { required: ['vin'], properties: { vin: { type: 'string' } }, type: 'object' } }))
    .then([]));
it.each<[string, JsonObject]>([
  ['a list in another order', { enum: [1, 2] }],
  ['a longer list', { enum: [2, 1, 0] }],
  ['a list that is an object', { enum: { 0: 2, 1: 1 } }],
  ['another member', { enum: [2, 1], title: 'x' }],
  ['a member of another name', { enun: [2, 1] }],
  ['a member that every object inherits', { toString: [2, 1] }],
])('takes %s for a change', (_, schema) => {
  const before = { ...facts, input_schema: { enum: [2, 1] } };
  given([recorded<PolicyTypeCreated>({ type: 'policy_type.created', data: before })])
    .when(put({ inputSchema: schema }))
    .then([
      updated({
        input_schema: schema,
        changes: [{ field: 'input_schema', before: { enum: [2, 1] }, after: schema }],
      }),
    ]);
});

it.each(['', 'Auto', 'a b', 'a.b', 'ä', 'a'.repeat(65)])('refuses the type %j', (policyType) =>
  given([]).when(put({ policyType })).thenRejected('validation_failed', ['type']),
);
it.each(['', 'a\nb', 'a\u0000', 'a\ud800', 't'.repeat(2_001)])('refuses the title %j', (title) =>
  given([created]).when(put({ title })).thenRejected('validation_failed', ['title']),
);
it.each([-1, 10, 1.5, Number.NaN])('refuses the priority %d', (priority) =>
  given([])
    .when(put({ defaults: { priority } }))
    .thenRejected('validation_failed', ['defaults.priority']),
);
it.each([0, 26, 2.5])('refuses %d attempts', (maxAttempts) =>
  given([])
    .when(put({ defaults: { maxAttempts } }))
    .thenRejected('validation_failed', ['defaults.max_attempts']),
);

it('shows the type as its last event left it', () => {
  const change = recorded(updated({ title: 'New', result_schema: false }), { at: START + 60.9 });
  const { orgId, policyType } = [created, change].reduce(
    (state, event) => policyTypeDecider.evolve(state, event),
    policyTypeDecider.initialState,
  );
  expect(orgId).toBe('org_a');
  expect(policyType === null ? null : presentPolicyType(policyType)).toEqual({
    ...{ type: 'commercial_auto', title: 'New', input_schema: inputSchema, result_schema: false },
    ...{ defaults: { priority: 5, max_attempts: 3 }, updated_at: START + 60 },
  });
});

it.each([
  ['a change of what is not there', [recorded(updated({}))]],
  ['a second creation', [created, created]],
  ['an event of another type', [created, recorded(updated({ policy_type: 'other' }))]],
  ['a time that is none', [{ ...created, metadata: { ...created.metadata, occurred_at: 'soon' } }]],
])('does not fold %s', (_, history) => given(history).when(put()).thenThrows(MalformedEvent));
