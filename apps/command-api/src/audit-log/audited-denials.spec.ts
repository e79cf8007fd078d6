import type { UserCaller } from '#libs/auth';
import { InMemoryEventStore, type StoredEvent } from '#libs/event-store';
import { auditStream } from '#libs/domain';
import { SILENT } from '#libs/observability';
import type { Denial } from '../http/denial-recorder.js';
import { AuditTrail, organizationDigest } from './audit-trail.js';
import { AuditedDenials } from './audited-denials.js';

const CALLER: UserCaller = {
  ...{
    type: 'user',
    id: 'u1',
    issuer: 'https://issuer.test',
    orgId: 'org_a',
    orgSlug: null,
    role: 'member',
    name: null,
  },
};
const MINUTE = 60_000;

let clock: number;
let store: InMemoryEventStore;
let denials: AuditedDenials;

beforeEach(() => {
  clock = Date.parse('2026-01-01T00:00:00Z');
  store = new InMemoryEventStore();
  denials = new AuditedDenials(new AuditTrail(store, () => clock), () => clock, SILENT);
});

afterEach(() => denials.stop(100));

it('makes a denied attempt an entry with its code, caller and target', async () => {
  denials.record(denial());
  await denials.stop(1_000);
  expect(await recorded()).toMatchObject([
    {
      type: 'access_denied',
      data: { code: 'insufficient_scope', count: 1, required_scope: 'keys:manage', target_id: 'ak_x' },
      metadata: { org_id: 'org_a', actor: { type: 'user', id: 'u1' }, ip: '192.0.2.1' },
    },
  ]);
});

it('writes ten a minute for one caller and sums up the rest in one', async () => {
  for (let n = 0; n < 25; n++) denials.record(denial());
  clock += MINUTE;
  denials.record(denial());
  await denials.stop(1_000);
  const counts = (await recorded()).map(({ data }) => data['count']);
  expect(counts).toEqual([...Array.from({ length: 10 }, () => 1), 15, 1]);
});

it('counts each caller by itself', async () => {
  for (let n = 0; n < 12; n++) {
    denials.record(denial());
    denials.record({ ...denial(), caller: { ...CALLER, id: 'u2' } });
  }
  await denials.stop(1_000);
  const events = await recorded();
  expect(events.reduce((sum, { data }) => sum + Number(data['count']), 0)).toBe(24);
  expect(events).toHaveLength(22);
});

it('keeps trying while the store is out of reach, and stores it once', async () => {
  let failures = 3;
  const append = store.append.bind(store);
  store.append = async (...args) => {
    const result = await append(...args);
    if (failures-- > 0) throw new Error('the answer was lost');
    return result;
  };
  denials.record(denial());
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await denials.stop(1_000);
  expect(await recorded()).toHaveLength(1);
});

function denial(): Denial {
  return {
    ...{
      caller: CALLER,
      code: 'insufficient_scope',
      requiredScope: 'keys:manage',
      method: 'GET',
      route: '/v1/api-keys/:id',
    },
    ...{ targetId: 'ak_x', requestId: 'r', ip: '192.0.2.1', userAgent: null },
  };
}

function recorded(): Promise<readonly StoredEvent[]> {
  return store.readStream(auditStream(organizationDigest('org_a')));
}
