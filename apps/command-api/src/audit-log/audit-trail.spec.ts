import { auditLogExported, auditStream } from '#libs/domain';
import { InMemoryEventStore } from '#libs/event-store';
import { callers } from '../testing/callers.js';
import { actorOf } from '../write-side/write-context.js';
import { AuditTrail, organizationDigest } from './audit-trail.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const STREAM = auditStream(organizationDigest('org_a'));
const event = auditLogExported({ format: 'csv', via: 'export', row_count: 1, completed: true, filters: {} });
const record = {
  ...{ orgId: 'org_a', actor: actorOf(callers.user('auditor')), requestId: 'r', ip: null, userAgent: null, event },
};

let store: InMemoryEventStore;
let trail: AuditTrail;

beforeEach(() => {
  store = new InMemoryEventStore();
  trail = new AuditTrail(store, () => NOW);
});

it('stores a record once, however often its answer is lost', async () => {
  const append = store.append.bind(store);
  store.append = async (...args) => {
    await append(...args);
    throw new Error('the answer was lost');
  };
  const attempt = trail.attempts(record);
  await expect(attempt()).rejects.toThrow('the answer was lost');
  const [stored] = await store.readStream(STREAM);
  for (let again = 0; again < 2; again++) await expect(attempt()).resolves.toEqual(stored?.position);
  await expect(store.readStream(STREAM)).resolves.toHaveLength(1);
});

it('looks back for an earlier attempt only where there was one', async () => {
  await trail.attempts(record)();
  const reads: unknown[] = [];
  const readStream = store.readStream.bind(store);
  store.readStream = (stream, options) => {
    reads.push(options?.limit);
    return readStream(stream, options);
  };
  const attempt = trail.attempts(record);
  await attempt();
  expect(reads).toEqual([1]);
  await attempt();
  expect(reads).toHaveLength(3);
});

it('stores two equal records as two', async () => {
  await trail.attempts(record)();
  await trail.attempts(record)();
  await expect(store.readStream(STREAM)).resolves.toHaveLength(2);
});
