import {
  aDenial,
  anExport,
  apiKeyCreated,
  apiKeyDeleted,
  apiKeyRotated,
  apiKeyUpdated,
  jobAttemptFailed,
  jobCancelled,
  jobCompleted,
  jobFailed,
  jobLeased,
  jobLeaseExpired,
  jobProgressed,
  jobRetried,
  jobSubmitted,
  jobUsageRecorded,
  keyId,
  policyTypeCreated,
  policyTypeUpdated,
  usageOf,
} from '#libs/testing';
import type { DomainEvent } from '../domain-event.js';
import type { JsonObject, JsonValue } from '../json.js';
import { MalformedEvent } from './malformed-event.js';
import { parseApiKeyEvent, parseJobEvent, parsePolicyTypeEvent } from './parse-stored-event.js';
import { toPresentVersion, UnknownEvent, upcast } from './upcast.js';

const rename = [{ field: 'name', before: 'a', after: 'b' }];
const events: readonly DomainEvent[] = [
  apiKeyCreated(),
  apiKeyUpdated(rename),
  apiKeyRotated(),
  apiKeyDeleted(),
  anExport(),
  anExport({ via: 'log' }),
  aDenial(),
  ...[jobSubmitted(), jobLeased(), jobProgressed(), jobCompleted(), jobAttemptFailed(), jobLeaseExpired()],
  ...[jobFailed(), jobCancelled(), jobRetried(), jobUsageRecorded(), policyTypeCreated(), policyTypeUpdated()],
];

it.each(events.map(({ type, data }) => ({ type, data })))('reads $type as it was written', ({ type, data }) =>
  expect(upcast(type, 1, data)).toEqual({ type, data }),
);

it('throws on an unknown type', () => {
  expect(() => upcast('api_key.exploded', 1, {})).toThrow(UnknownEvent);
  expect(() => upcast('toString', 1, {})).toThrow(UnknownEvent);
});
it('throws on a version that a later release wrote', () =>
  expect(() => upcast('api_key.created', 2, apiKeyCreated().data)).toThrow(UnknownEvent));
it.each([0, -1, 1.5, NaN])('throws on version %d, which no release wrote', (version) =>
  expect(() => upcast('api_key.created', version, apiKeyCreated().data)).toThrow(MalformedEvent),
);
it('throws on an event of another kind in a stream', () => {
  expect(() => parseApiKeyEvent(anExport())).toThrow(UnknownEvent);
  expect(() => parseJobEvent(apiKeyCreated())).toThrow(UnknownEvent);
  expect(() => parsePolicyTypeEvent(jobLeased())).toThrow(UnknownEvent);
});
it('keeps the metadata beside the event', () => {
  expect(parseApiKeyEvent(apiKeyCreated())).toEqual(apiKeyCreated());
  expect(parseJobEvent(jobLeased())).toEqual(jobLeased());
  expect(parsePolicyTypeEvent(policyTypeCreated())).toEqual(policyTypeCreated());
});

it('runs the upcasters of the versions after its own, in order', () => {
  const upcasters = [
    (data: JsonObject) => ({ ...data, two: 2 }),
    (data: JsonObject) => ({ ...data, three: data['two'] ?? 0 }),
  ];
  expect(toPresentVersion('t', { upcasters }, 1, { one: 1 })).toEqual({ one: 1, two: 2, three: 2 });
  expect(toPresentVersion('t', { upcasters }, 2, { one: 1 })).toEqual({ one: 1, three: 0 });
  expect(toPresentVersion('t', { upcasters }, 3, { one: 1 })).toEqual({ one: 1 });
  expect(() => toPresentVersion('t', { upcasters }, 4, {})).toThrow(UnknownEvent);
});

const everyField = events.flatMap(({ type, data }) =>
  Object.keys(data).map((field): [string, string, JsonObject] => [type, field, data]),
);

it.each(everyField)('throws on %s without %s', (type, field, data) => {
  const rest = Object.fromEntries(Object.entries(data).filter(([name]) => name !== field));
  expect(() => upcast(type, 1, rest)).toThrow(`data.${field} must be there`);
});
// A result may be anything.
it.each(everyField.filter(([, field]) => field !== 'result'))(
  'throws on %s with garbage as %s',
  (type, field, data) => {
    for (const garbage of [[null], -1, 0.5] satisfies JsonValue[]) {
      expect(() => upcast(type, 1, { ...data, [field]: garbage })).toThrow(MalformedEvent);
    }
  },
);
it.each(events)('throws on $type with a field that this version would lose', ({ type, data }) =>
  expect(() => upcast(type, 1, { ...data, extra: 1 })).toThrow('data has the unknown field extra'),
);

it.each<[string, DomainEvent['type'], JsonObject]>([
  ['an unknown access', 'api_key.created', { ...apiKeyCreated().data, access: 'root' }],
  ['scopes that are no strings', 'api_key.created', { ...apiKeyCreated().data, scopes: [1] }],
  [
    'a cost that is no decimal',
    'job.usage_recorded',
    { ...jobUsageRecorded().data, usage: usageOf({ cost_usd: '1.' }) },
  ],
  ['a usage that lacks tokens', 'job.completed', { ...jobCompleted().data, usage: { cost_usd: '1.000000' } }],
  ['an error with a stack', 'job.failed', { ...jobFailed().data, error: { code: 'c', message: 'm', stack: 's' } }],
  ['a schema that is a list', 'policy_type.created', { ...policyTypeCreated().data, input_schema: [] }],
  ['a successor without a hash', 'api_key.rotated', { ...apiKeyRotated().data, successor: { key_id: keyId(1) } }],
  [
    'a change without before',
    'api_key.deleted',
    { ...apiKeyDeleted().data, changes: [{ field: 'status', after: null }] },
  ],
  ['a change that is none', 'api_key.deleted', { ...apiKeyDeleted().data, changes: ['status'] }],
  [
    'an update of a status',
    'api_key.updated',
    { ...apiKeyUpdated([]).data, changes: [{ field: 'status', before: 'active', after: 'revoked' }] },
  ],
])('throws on %s', (_, type, data) => expect(() => upcast(type, 1, data)).toThrow(MalformedEvent));
