import { createHmac } from 'node:crypto';
import { EventStoreUnavailable } from '#libs/event-store';
import { eventually } from '#libs/testing';
import { RunningApi, type ApiAnswer } from '../testing/running-api.js';
import { makeWebhook, WEBHOOK_SETTINGS } from '../testing/webhook-api.js';
import { WebhookReceiver, type ReceivedMessage } from '../testing/webhook-receiver.js';

/** Jest's matchers are of type any. */
const A_TEXT = expect.any(String) as unknown;
const A_NUMBER = expect.any(Number) as unknown;
const NO_DELIVERY = 'dlv_00000000000000000000';

let api: RunningApi;
let admin: string;
let receiver: WebhookReceiver;
/** Once. */
let failsAt: string | null = null;
beforeAll(async () => {
  // Without a bus the log is looked at once a second.
  api = await RunningApi.start({
    settings: { ...WEBHOOK_SETTINGS, positionWaitMs: 20_000 },
    delivering: true,
    failPoint: (step) => {
      if (step !== failsAt) return;
      failsAt = null;
      throw new EventStoreUnavailable('the answer of the store was lost');
    },
  });
  ({ admin } = api.credentials);
});
beforeEach(async () => {
  failsAt = null;
  receiver = await WebhookReceiver.start();
});
afterEach(() => receiver.close());
afterAll(() => api.stop());

const post = (path: string, body?: unknown, headers = {}): Promise<ApiAnswer> =>
  api.call(admin, 'POST', path, body, headers);
const endpoint = (events = ['api_key.created']) => makeWebhook(api, { url: receiver.url, events });
const received = (count: number): Promise<readonly ReceivedMessage[]> =>
  eventually(`${count} messages`, async () => (receiver.messages.length >= count ? receiver.messages : null));

interface Delivery {
  readonly id: string;
  readonly event_id: string;
  readonly status: string;
  readonly sequence: number | null;
  readonly attempts: readonly unknown[];
}
const listed = async (path: string, query = ''): Promise<readonly Delivery[]> =>
  (await api.call(admin, 'GET', `${path}/deliveries${query}`)).body['data'] as readonly Delivery[];
const finished = (path: string, count: number): Promise<readonly Delivery[]> =>
  eventually(`${count} finished deliveries`, async () => {
    const all = await listed(path);
    return all.filter(({ status }) => status !== 'pending').length >= count ? all : null;
  });

it('lists what was delivered, newest first, with its attempts, and one by itself', async () => {
  const { path } = await endpoint();
  for (let n = 0; n < 3; n++) await api.key();
  const [newest, , oldest] = await finished(path, 3);
  expect(newest).toEqual({
    ...{ id: A_TEXT, event_id: A_TEXT, event_type: 'api_key.created', sequence: 3, status: 'delivered' },
    ...{ test: false, redelivery_of: null, created_at: A_NUMBER, next_attempt_at: null },
    attempts: [
      {
        ...{ attempted_at: A_NUMBER, duration_ms: A_NUMBER, response_status: 200, error_class: null },
        response_body: 'received',
      },
    ],
  });
  const at = `${path}/deliveries/${String(newest?.id)}`;
  for (const credential of [admin, api.credentials.member])
    expect((await api.call(credential, 'GET', at)).body).toEqual(newest);
  const first = await api.call(admin, 'GET', `${path}/deliveries?limit=2`);
  expect(first.body).toMatchObject({ data: [{ sequence: 3 }, { sequence: 2 }], has_more: true });
  const cursor = String(first.body['next_cursor']);
  const second = await api.call(admin, 'GET', `${path}/deliveries?limit=2&cursor=${cursor}`);
  expect(second.body).toEqual({ data: [oldest], next_cursor: null, has_more: false });
  expect(await listed(path, '?status=pending,failed')).toEqual([]);
  expect(await listed(path, '?status=delivered&event_type=api_key.created,job.failed')).toHaveLength(3);
  expect(await listed(path, '?event_type=job.failed')).toEqual([]);
  for (const query of ['?status=done', '?event_type=job.started', '?limit=0'])
    expect(await api.call(admin, 'GET', `${path}/deliveries${query}`)).toMatchObject({ status: 422 });
  expect(await api.call(admin, 'GET', `${path}/deliveries?status=failed&cursor=${cursor}`)).toMatchObject({
    ...{ status: 400, code: 'invalid_cursor' },
  });
});

it('shows how the deliveries of an endpoint fare', async () => {
  const { path } = await endpoint();
  await api.key();
  await finished(path, 1);
  expect((await api.call(admin, 'GET', path)).body).toMatchObject({
    ...{ last_delivery: { at: A_NUMBER, status: 'delivered', response_status: 200 } },
    ...{ success_rate_24h: 1, backlog: 0 },
  });
  receiver.status = 500;
  await api.key();
  await received(2);
  const failing = await eventually('a failure', async () => {
    const { body } = await api.call(admin, 'GET', path);
    return body['success_rate_24h'] === 0.5 ? body : null;
  });
  expect(failing).toMatchObject({ backlog: 1, last_delivery: { response_status: 500 } });
});

it('sends a sample, signed with the secret that was shown, and counts it nowhere', async () => {
  const { path, body } = await endpoint();
  const answer = await post(`${path}/test`, { event_type: 'job.failed' });
  expect([answer.status, answer.body]).toMatchObject([
    202,
    { id: A_TEXT, event_type: 'job.failed', test: true, sequence: null, redelivery_of: null },
  ]);
  const [message] = await received(1);
  expect(message?.headers).toMatchObject({ 'webhook-test': 'true', 'webhook-id': answer.body['event_id'] });
  expect(message?.body).toMatchObject({ type: 'job.failed', sequence: null, org_id: 'org_a' });
  expect(String(message?.headers['webhook-signature']).split(' ')).toEqual([signature(body['secret'], message)]);
  const shown = await eventually('the delivery', async () => {
    const found = await api.call(admin, 'GET', `${path}/deliveries/${String(answer.body['id'])}`);
    return found.body['status'] === 'delivered' ? found.body : null;
  });
  expect(shown).toMatchObject({ test: true, event_id: answer.body['event_id'] });
  expect((await api.call(admin, 'GET', path)).body).toMatchObject({ success_rate_24h: null });
});

it('signs with both secrets during the overlap, and with the new one alone without', async () => {
  const { path, body: made } = await endpoint();
  const { body: second } = await post(`${path}/rotate-secret`);
  await post(`${path}/test`, { event_type: 'job.failed' });
  const [both] = await received(1);
  expect(String(both?.headers['webhook-signature']).split(' ')).toEqual(
    [second, made].map(({ secret }) => signature(secret, both)),
  );
  const { body: third } = await post(`${path}/rotate-secret`, { overlap_seconds: 0 });
  await post(`${path}/test`, { event_type: 'job.failed' });
  const [, alone] = await received(2);
  expect(alone?.headers['webhook-signature']).toBe(signature(third['secret'], alone));
});

it('sends one again as a new delivery of the same event', async () => {
  const { path } = await endpoint();
  await api.key();
  const [first] = await finished(path, 1);
  const once = { 'idempotency-key': `again-${String(first?.id)}` };
  const redeliver = `${path}/deliveries/${String(first?.id)}/redeliver`;
  const answer = await post(redeliver, undefined, once);
  expect([answer.status, answer.body]).toMatchObject([
    202,
    { event_id: first?.event_id, sequence: first?.sequence, redelivery_of: first?.id, test: false },
  ]);
  expect(answer.body['id']).not.toBe(first?.id);
  const [original, again] = await received(2);
  expect(again?.headers).toMatchObject({ 'webhook-redelivery': 'true', 'webhook-id': first?.event_id });
  expect(again?.body).toEqual(original?.body);
  const repeated = await post(redeliver, undefined, once);
  expect([repeated.text, repeated.headers.get('idempotent-replayed')]).toEqual([answer.text, 'true']);
  expect(await finished(path, 2)).toHaveLength(2);
});

it('replays what happened in a period, before there was an endpoint too, and says how much that is', async () => {
  const org = `org_replay_${Date.now()}`;
  const person = await api.issuer.sign({ org, user: 'user_1', role: 'admin' });
  const call = (path: string, body: unknown) => api.call(person, 'POST', path, body);
  const { id } = await api.key({}, person);
  await call(`/v1/api-keys/${id}/suspend`, {});
  await api.key({}, person);
  const events = ['api_key.created', 'api_key.suspended'];
  const made = await makeWebhook(api, { url: receiver.url, events }, person);
  await api.key({}, person);
  await received(1);
  const since = Math.floor(Date.now() / 1_000) - 60;
  expect(await call(`${made.path}/replay`, { since })).toMatchObject({ status: 202, body: { count: 4 } });
  await received(5);
  const some = { since: new Date(since * 1_000).toISOString(), event_types: ['api_key.suspended'] };
  expect(await call(`${made.path}/replay`, some)).toMatchObject({ status: 202, body: { count: 1 } });
  const messages = await received(6);
  const replayed = messages.slice(1);
  expect(replayed.map(({ headers }) => headers['webhook-redelivery'])).toEqual(replayed.map(() => 'true'));
  expect(replayed.filter(({ body }) => body['type'] === 'api_key.suspended')).toHaveLength(2);
  expect(await call(`${made.path}/replay`, { since: 1, until: since })).toMatchObject({
    ...{ status: 202, body: { count: 0 } },
  });
});

it('keeps what happens during a pause, and sends or skips it', async () => {
  const { path } = await endpoint();
  await post(`${path}/pause`);
  await api.key();
  await eventually('a backlog', async () => (await listed(path)).length === 1 || null);
  expect((await api.call(admin, 'GET', path)).body).toMatchObject({ status: 'paused', backlog: 1 });
  await post(`${path}/activate`);
  await received(1);
  await post(`${path}/pause`);
  await api.key();
  await eventually('a backlog', async () => (await listed(path)).length === 2 || null);
  expect(await post(`${path}/activate`, { backlog: 'skip' })).toMatchObject({ status: 200, body: { backlog: 0 } });
  await api.key();
  await received(2);
  expect((await finished(path, 3)).map(({ status }) => status)).toEqual(['delivered', 'skipped', 'delivered']);
  expect(receiver.messages.map(({ body }) => body['sequence'])).toEqual([1, 3]);
});

it.each<[string, string, string, unknown, string]>([
  ['a creation', 'POST', '', { url: 'https://hooks.nowhere.invalid/', events: ['job.failed'] }, 'webhook.created'],
  ['a change', 'PATCH', '/HOOK', { url: 'https://new.nowhere.invalid/' }, 'webhook.updated'],
  ['a pause', 'POST', '/HOOK/pause', {}, 'webhook.paused'],
  ['an activation', 'POST', '/HOOK/activate', { backlog: 'skip' }, 'webhook.activated'],
  ['a new secret', 'POST', '/HOOK/rotate-secret', {}, 'webhook.secret_rotated'],
  ['a test', 'POST', '/HOOK/test', { event_type: 'job.failed' }, 'webhook.tested'],
  ['a redelivery', 'POST', '/HOOK/deliveries/DLV/redeliver', {}, 'webhook.redelivered'],
  ['a replay', 'POST', '/HOOK/replay', { since: 1 }, 'webhook.replayed'],
  ['a deletion', 'DELETE', '/HOOK', undefined, 'webhook.deleted'],
])('makes %s once, though its first answer was lost', async (_, method, rest, body, type) => {
  const org = `org_${crypto.randomUUID()}`;
  const person = await api.issuer.sign({ org, user: 'user_1', role: 'admin' });
  const { id, path } = await makeWebhook(api, { url: receiver.url, events: ['api_key.created'] }, person);
  await api.key({}, person);
  const [delivery] = await eventually('a delivery', async () => {
    const answer = await api.call(person, 'GET', `${path}/deliveries`);
    if (answer.status !== 200) throw new Error(answer.text);
    const found = answer.body['data'] as readonly Delivery[];
    return found[0]?.status === 'delivered' ? found : null;
  });
  const target = `/v1/webhooks${rest.replace('HOOK', id).replace('DLV', String(delivery?.id))}`;
  const ask = () => api.call(person, method, target, body, { 'idempotency-key': type });
  failsAt = 'appended';
  expect(await ask()).toMatchObject({ status: 503, code: 'event_store_unavailable' });
  const retried = await ask();
  expect([retried.status < 300, failsAt]).toEqual([true, null]);
  if (type === 'webhook.replayed') expect(retried.body).toEqual({ count: 1 });
  const again = await ask();
  expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([retried.text, 'true']);
  const log = await api.getAfter(retried, `/v1/log?event_types=${type}`, person);
  // A creation is one more beside the one that everything is asked of.
  expect(log.body['data']).toHaveLength(type === 'webhook.created' ? 2 : 1);
});

it('answers 404 to a delivery that is not there, not of this endpoint or not of this organization', async () => {
  const { path } = await endpoint();
  const another = await endpoint();
  await api.key();
  const [delivery] = await finished(path, 1);
  const { other } = api.credentials;
  for (const [credential, at, code] of [
    [admin, `${path}/deliveries/${NO_DELIVERY}`, 'delivery_not_found'],
    [admin, `${path}/deliveries/x`, 'delivery_not_found'],
    [admin, `${another.path}/deliveries/${String(delivery?.id)}`, 'delivery_not_found'],
    [other, `${path}/deliveries/${String(delivery?.id)}`, 'webhook_not_found'],
  ] as const) {
    expect(await api.call(credential, 'GET', at)).toMatchObject({ status: 404, code });
    expect(await api.call(credential, 'POST', `${at}/redeliver`)).toMatchObject({ status: 404, code });
  }
  expect(await api.call(other, 'GET', `${path}/deliveries`)).toMatchObject({ status: 404, code: 'webhook_not_found' });
});

function signature(secret: unknown, message: ReceivedMessage | undefined): string {
  const { headers = {}, text = '' } = message ?? {};
  const key = Buffer.from(String(secret).slice('whsec_'.length), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
