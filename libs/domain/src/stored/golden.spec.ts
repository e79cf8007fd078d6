import { existsSync, readdirSync } from 'node:fs';
import {
  aDenial,
  anExport,
  GOLDEN_FOLDER,
  goldenEvent as golden,
  goldenFileOf,
  policyTypeCreated,
  policyTypeUpdated,
  shapeOf,
} from '#libs/testing';
import type { ApiKeyCommand } from '../api-key/api-key.commands.js';
import { apiKeyDecider } from '../api-key/api-key.decider.js';
import type { ApiKeyEvent } from '../api-key/api-key.events.js';
import type { DomainEventType } from '../domain-event.js';
import type { JobEvent } from '../job/job.events.js';
import type { WebhookEvent } from '../webhook/webhook.events.js';
import { currentSchemaVersion, EVENT_CATALOGUE } from './event-catalogue.js';
import { JOB_EVENTS } from './job-event-catalogue.js';
import { WEBHOOK_EVENTS } from './webhook-event-catalogue.js';
import { isApiKeyEvent, parseStoredEvent } from './parse-stored-event.js';

/*
 * Golden files are events as a release wrote them, one for every version that was ever written, and are never changed:
 * a log keeps them for ever. Those of keys are, in this order, the history of one lineage; that it expires is told of it
 * as it stood at first.
 */
const LIFE: readonly ApiKeyEvent['type'][] = [
  ...(['api_key.created', 'api_key.updated', 'api_key.suspended', 'api_key.reactivated'] as const),
  ...(['api_key.rotated', 'api_key.revoked', 'api_key.deleted'] as const),
];
const UNTOUCHED: readonly ApiKeyEvent['type'][] = ['api_key.created', 'api_key.expiring'];
const TYPES: readonly DomainEventType[] = [
  ...LIFE,
  'api_key.expiring',
  ...(Object.keys(JOB_EVENTS) as readonly JobEvent['type'][]),
  ...(Object.keys(WEBHOOK_EVENTS) as readonly WebhookEvent['type'][]),
  ...(['policy_type.created', 'policy_type.updated', 'audit_log_exported', 'access_denied'] as const),
];

const everyVersion = TYPES.flatMap((type) =>
  Array.from({ length: currentSchemaVersion(type) }, (_, index): [DomainEventType, number] => [type, index + 1]),
);

it('looks at every type of the catalogue', () =>
  expect([...TYPES].sort()).toEqual(Object.keys(EVENT_CATALOGUE).sort()));

it.each(everyVersion)('%s has a golden file for version %i', (type, version) =>
  expect(existsSync(`${GOLDEN_FOLDER}/${goldenFileOf(type, version)}`)).toBe(true),
);

it('has no golden file of a type or version that the catalogue forgot', () =>
  expect(readdirSync(GOLDEN_FOLDER).sort()).toEqual(
    everyVersion.map(([type, version]) => goldenFileOf(type, version)).sort(),
  ));

it.each(everyVersion)('%s in version %i names itself and is still read as the present version', (type, version) => {
  const stored = golden(type, version);
  expect([stored.type, stored.metadata.schema_version]).toEqual([type, version]);
  const event = parseStoredEvent(stored);
  expect(shapeOf(event.data)).toEqual(shapeOf(golden(type).data));
});

it.each(everyVersion.filter(([type, version]) => version === currentSchemaVersion(type)))(
  '%s in version %i loses and changes nothing when it is read',
  (type) => expect(parseStoredEvent(golden(type))).toEqual(golden(type)),
);

it('folds the golden history into the state that it meant when it was written', () => {
  const state = LIFE.map((type) => parseStoredEvent(golden(type)))
    .filter((event) => isApiKeyEvent(event))
    .reduce((folded, event) => apiKeyDecider.evolve(folded, event), apiKeyDecider.initialState);
  const start = 1_767_225_600;
  const both = {
    ...{ name: 'GRC pipeline (Acme)', description: 'Nightly', type: 'service', environment: 'live', access: 'full' },
    ...{
      scopes: ['audit:read'],
      lifetimeSeconds: 31_536_000,
      createdBy: { type: 'user', id: 'user_2Zx9' },
      suspended: null,
    },
  };
  expect(state).toEqual({
    orgId: 'org_7QpR',
    keys: [
      {
        ...both,
        ...{
          id: 'ak_2YkLm3pQrStUvWxYz012',
          hint: 'ak_live_2YkL…cdef',
          pepperVersion: 1,
          expiresAt: start + 31_536_000,
        },
        hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        ...{ createdAt: start, updatedAt: start + 50, revoked: { at: start + 50, reason: 'Found in a log' } },
        ...{ rotatedFrom: null, rotatedTo: 'ak_2YkLm3pQrStUvWxY7fGh', rotationReason: 'Yearly rotation' },
        ...{ graceExpiresAt: start + 50, deleted: false },
      },
      {
        ...both,
        ...{
          id: 'ak_2YkLm3pQrStUvWxY7fGh',
          hint: 'ak_live_2YkL…7890',
          pepperVersion: 2,
          expiresAt: start + 31_536_040,
        },
        hash: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
        ...{ createdAt: start + 40, updatedAt: start + 60, revoked: null, rotatedFrom: 'ak_2YkLm3pQrStUvWxYz012' },
        ...{ rotatedTo: null, rotationReason: null, graceExpiresAt: null, deleted: true },
      },
    ],
  });
});

it.each([
  ...LIFE.map((type): [ApiKeyEvent['type'], typeof LIFE] => [type, LIFE]),
  ['api_key.expiring', UNTOUCHED] as const,
])('the present code writes %s with the fields of its golden file', (type, life) => {
  const stored = golden(type);
  const id = stored.data['key_id'];
  if (typeof id !== 'string') throw new Error('the golden file names no key');
  const history = life.slice(0, life.indexOf(type)).map((before) => parseStoredEvent(golden(before)));
  const state = history
    .filter((event) => isApiKeyEvent(event))
    .reduce((folded, event) => apiKeyDecider.evolve(folded, event), apiKeyDecider.initialState);
  const command = commandFor(type, id, Date.parse(stored.metadata.occurred_at), stored.metadata.reason);
  const [written] = apiKeyDecider.decide(command, state);
  expect(written?.type).toBe(type);
  expect(shapeOf(written?.data ?? null)).toEqual(shapeOf(stored.data));
});

const SCHEMA = { type: 'object', required: ['vin'], properties: { vin: { type: 'string' } } };

it.each([
  anExport({ filters: { event_groups: ['access'], start_ts: 0 } }),
  aDenial(),
  policyTypeCreated({ input_schema: SCHEMA }),
  policyTypeUpdated({ input_schema: SCHEMA }),
])('the present code writes $type with the fields of its golden file', ({ type, data }) =>
  expect(shapeOf(data)).toEqual(shapeOf(golden(type).data)),
);

function commandFor(type: ApiKeyEvent['type'], keyId: string, now: number, reason: string | null): ApiKeyCommand {
  const secret = { hint: 'h', hash: 'h', pepperVersion: 1 };
  switch (type) {
    case 'api_key.created':
      return {
        ...({
          kind: 'CreateApiKey',
          keyId,
          name: 'N',
          description: null,
          type: 'service',
          environment: 'live',
        } as const),
        ...({ access: 'scoped', scopes: ['runs:read'], lifetimeSeconds: 5, ...secret, now } as const),
      };
    case 'api_key.updated':
      return { kind: 'UpdateApiKey', keyId, name: 'N', description: 'd', access: 'full', scopes: ['audit:read'], now };
    case 'api_key.rotated': {
      const successors = [{ keyId: 'ak_2YkLm3pQrStUvWxY7fGh', ...secret }];
      return { kind: 'RotateApiKey', keyId, graceSeconds: 5, reason, successors, now };
    }
    case 'api_key.suspended':
      return { kind: 'SuspendApiKey', keyId, reason, now };
    case 'api_key.reactivated':
      return { kind: 'ReactivateApiKey', keyId, reason, now };
    case 'api_key.revoked':
      return { kind: 'RevokeApiKey', keyId, reason, now };
    case 'api_key.deleted':
      return { kind: 'DeleteApiKey', keyId, reason, now };
    case 'api_key.expiring':
      return { kind: 'AnnounceExpiry', keyId, daysLeft: 7, expiresAt: 1_767_225_600 + 31_536_000, now };
  }
}
