import { aDenial, anExport, apiKeyCreated, apiKeyDeleted, apiKeyRotated, apiKeyUpdated, keyId } from '#libs/testing';
import type { DomainEvent } from '../domain-event.js';
import type { JsonObject, JsonValue } from '../json.js';
import { MalformedEvent } from './malformed-event.js';
import { parseApiKeyEvent } from './parse-stored-event.js';
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
it('throws on an event of another kind in the stream of a key', () =>
  expect(() => parseApiKeyEvent(anExport())).toThrow(UnknownEvent));
it('keeps the metadata beside the event', () => expect(parseApiKeyEvent(apiKeyCreated())).toEqual(apiKeyCreated()));

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
it.each(everyField)('throws on %s with garbage as %s', (type, field, data) => {
  for (const garbage of [[null], -1, 0.5] satisfies JsonValue[]) {
    expect(() => upcast(type, 1, { ...data, [field]: garbage })).toThrow(MalformedEvent);
  }
});
it.each(events)('throws on $type with a field that this version would lose', ({ type, data }) =>
  expect(() => upcast(type, 1, { ...data, extra: 1 })).toThrow('data has the unknown field extra'),
);

it.each<[string, DomainEvent['type'], JsonObject]>([
  ['an unknown access', 'api_key.created', { ...apiKeyCreated().data, access: 'root' }],
  ['scopes that are no strings', 'api_key.created', { ...apiKeyCreated().data, scopes: [1] }],
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
