import { Webhook } from 'standardwebhooks';
import { lineageStream } from '#libs/domain';
import { apiKeyCreated, eventually } from '#libs/testing';
import { DeliverySystem, ORG } from './testing/delivery-system.js';
import { Receiver } from './testing/receiver.js';

let system: DeliverySystem;
let receiver: Receiver;
beforeEach(async () => {
  system = await DeliverySystem.create();
  receiver = await Receiver.listen();
});
afterEach(async () => {
  await system.drop();
  await receiver.close();
});

/** One more event that a key was made. */
let keys = 0;
async function keyIsMade(orgId = ORG): Promise<string> {
  const lineage = `AbCdEfGh${String(keys++).padStart(8, '0')}`;
  const id = `ak_${lineage}0000`;
  await system.append(lineageStream(lineage), [apiKeyCreated({ key_id: id })], orgId);
  return id;
}

const received = (count: number, path = '/') =>
  eventually(`${count} requests`, () => (receiver.bodies(path).length >= count ? receiver.bodies(path) : null));

it('delivers every event of an endpoint, signed, under numbers without a gap', async () => {
  const { id, secret } = await system.endpoint(receiver.url());
  system.dispatch();
  const keyIds = [await keyIsMade(), await keyIsMade(), await keyIsMade()];
  const bodies = await received(3);
  expect(bodies.map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3]);
  for (const [index, keyId] of keyIds.entries()) {
    const body = bodies.find(({ sequence }) => sequence === index + 1);
    expect(body).toMatchObject({ type: 'api_key.created', org_id: ORG, data: { id: keyId, last_used_at: null } });
  }
  for (const { headers, body } of receiver.received) {
    expect(headers['webhook-id']).toBe((JSON.parse(body) as { id: string }).id);
    expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();
  }
  const deliveries = await eventually('all is delivered', async () => {
    const all = await system.deliveries(id);
    return all.every(({ status }) => status === 'delivered') ? all : null;
  });
  expect(deliveries).toHaveLength(3);
  expect(deliveries[0]).toMatchObject({ sequence: 3, next_attempt_at: null, test: false, redelivery_of: null });
  expect(deliveries[0]?.attempts).toMatchObject([{ response_status: 204, error_class: null, response_body: '' }]);
  const figures = (await system.reads.figures(ORG, [id])).get(id);
  expect(figures).toMatchObject({
    successRate24h: 1,
    backlog: 0,
    lastDelivery: { status: 'delivered', response_status: 204 },
  });
});

it('tries again what was refused, with the same bytes and id', async () => {
  const { id } = await system.endpoint(receiver.url());
  receiver.respond = (response) => response.writeHead(receiver.received.length === 1 ? 500 : 200).end('thanks');
  system.dispatch();
  await keyIsMade();
  await received(2);
  const [first, second] = receiver.received;
  expect(second?.body).toBe(first?.body);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  const [delivery] = await eventually('it is delivered', async () => {
    const all = await system.deliveries(id);
    return all[0]?.status === 'delivered' ? all : null;
  });
  expect(delivery?.attempts).toMatchObject([
    { response_status: 500, error_class: 'status', response_body: 'thanks' },
    { response_status: 200, error_class: null },
  ]);
  expect((await system.reads.figures(ORG, [id])).get(id)?.successRate24h).toBe(0.5);
});

it('keeps what happens while an endpoint is paused, and sends or skips it then', async () => {
  const { id: webhookId } = await system.endpoint(receiver.url('/send'));
  const { id: skipping } = await system.endpoint(receiver.url('/skip'));
  system.dispatch();
  for (const id of [webhookId, skipping])
    await system.command(id, (now) => ({ kind: 'PauseWebhook', webhookId: id, now }));
  await keyIsMade();
  await system.fannedOut();
  expect((await system.deliveries(webhookId)).map(({ status }) => status)).toEqual(['pending']);
  await system.command(skipping, (now) => ({ kind: 'ActivateWebhook', webhookId: skipping, backlog: 'skip', now }));
  await system.command(webhookId, (now) => ({ kind: 'ActivateWebhook', webhookId, backlog: 'send', now }));
  await received(1, '/send');
  await system.fannedOut();
  expect((await system.deliveries(skipping)).map(({ status }) => status)).toEqual(['skipped']);
  await keyIsMade();
  expect((await received(1, '/skip')).map(({ sequence }) => sequence)).toEqual([2]);
});

it('disables an endpoint that answers 410', async () => {
  const { id } = await system.endpoint(receiver.url());
  receiver.respond = (response) => response.writeHead(410).end();
  system.dispatch();
  await keyIsMade();
  const disabled = await eventually('it is disabled', async () => {
    const events = await system.store.readStream(`webhook-${id}`);
    return events.find(({ type }) => type === 'webhook.disabled') ?? null;
  });
  expect(disabled.data).toMatchObject({ status_reason: 'gone' });
  expect((await system.deliveries(id)).map(({ status }) => status)).toEqual(['failed']);
});

it('delivers tests, one again, and the past, also to an endpoint that is younger', async () => {
  system.dispatch();
  const before = await keyIsMade();
  await system.fannedOut();
  const { id: webhookId } = await system.endpoint(receiver.url());
  const after = await keyIsMade();
  await received(1);
  const [first] = await eventually('it is delivered', async () => {
    const all = await system.deliveries(webhookId);
    return all[0]?.status === 'delivered' ? all : null;
  });
  if (first === undefined) throw new Error('there is none');

  const [test, again] = ['dlv_AbCdEfGh123456780000', 'dlv_AbCdEfGh123456780001'];
  await system.command(webhookId, (now) => ({
    kind: 'TestWebhook',
    webhookId,
    deliveryId: test,
    eventType: 'job.completed',
    now,
  }));
  await system.command(webhookId, (now) => ({
    ...{ kind: 'RedeliverWebhook', webhookId, deliveryId: again, redeliveryOf: first.id },
    ...{ eventId: first.event_id, eventType: first.event_type, now },
  }));
  await received(3);
  const byHeader = (name: string) => receiver.received.filter(({ headers }) => headers[name] === 'true');
  expect(byHeader('webhook-test').map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
    { type: 'job.completed', sequence: null },
  ]);
  expect(byHeader('webhook-redelivery').map(({ body }) => body)).toEqual([receiver.received[0]?.body]);
  expect(await system.reads.get(ORG, webhookId, test)).toMatchObject({ test: true, sequence: null });
  expect(await system.reads.get(ORG, webhookId, again)).toMatchObject({
    redelivery_of: first.id,
    sequence: 1,
    event_id: first.event_id,
  });

  const range = { types: ['api_key.created'], since: 0, until: Math.floor(Date.now() / 1_000) + 60 };
  const count = await system.reads.countEvents(ORG, range);
  expect(count).toBe(2);
  await system.command(webhookId, (now) => ({
    ...{ kind: 'ReplayWebhook', webhookId, replayId: 'rpl_AbCdEfGh123456780000', now, count },
    ...{ since: 0, until: range.until, eventTypes: range.types },
  }));
  const replayed = (await received(5)).slice(3);
  const numbers = new Map(replayed.map(({ data, sequence }) => [(data as { id: string }).id, sequence]));
  expect(numbers).toEqual(
    new Map([
      [before, null],
      [after, 1],
    ]),
  );
});

it('sends nothing that was kept to a new place, of types that it does not subscribe to there', async () => {
  const { id: webhookId } = await system.endpoint(receiver.url('/before'), ['api_key.created', 'api_key.revoked']);
  system.dispatch();
  await system.command(webhookId, (now) => ({ kind: 'PauseWebhook', webhookId, now }));
  await keyIsMade();
  await system.fannedOut();
  const url = receiver.url('/after');
  await system.command(webhookId, (now) => ({ kind: 'UpdateWebhook', webhookId, url, events: ['job.completed'], now }));
  await system.command(webhookId, (now) => ({ kind: 'ActivateWebhook', webhookId, backlog: 'send', now }));
  const deliveryId = 'dlv_AbCdEfGh123456780002';
  await system.command(webhookId, (now) => ({
    ...{ kind: 'TestWebhook', webhookId, deliveryId, eventType: 'job.completed', now },
  }));
  expect(await received(1, '/after')).toMatchObject([{ type: 'job.completed' }]);
  const others = (await system.deliveries(webhookId)).filter(({ test }) => !test);
  expect(others.map(({ status }) => status)).toEqual(['skipped']);
  expect(receiver.bodies('/before')).toEqual([]);
});
