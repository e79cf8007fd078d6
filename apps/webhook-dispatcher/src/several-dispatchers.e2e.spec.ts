import pg from 'pg';
import { ApiClient, eventually, StartedSystem, storesOf, type Node } from '#libs/testing';
import { EndpointClient } from './testing/endpoint-client.js';
import { HoldingReceiver } from './testing/holding-receiver.js';

const FENCED = 'an attempt ended after its lease';
/** In flight at once, of an endpoint that has answered quickly so far. */
const HELD = 6;

let system: StartedSystem;
let receiver: HoldingReceiver;
let endpoint: EndpointClient;
let dispatchers: Node[];

beforeAll(async () => {
  const guard = { WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8', WEBHOOK_ALLOW_HTTP: 'true' };
  system = await StartedSystem.start({ mode: 'apart', env: { ...guard, RATE_LIMIT_RPS: '0', LOG_LEVEL: 'info' } });
});
afterAll(() => system.dispose());

beforeEach(async () => {
  dispatchers = [];
  receiver = await HoldingReceiver.listen();
  endpoint = await EndpointClient.create(admin, receiver.url, ['api_key.created']);
});
afterEach(async () => {
  await receiver.close();
  await admin().request('DELETE', `/v1/webhooks/${endpoint.id}`);
  await Promise.all(dispatchers.map(({ process }) => process.kill('SIGKILL')));
});

it('delivers nothing twice while nothing goes wrong, whoever of two sends it', async () => {
  const both = [await dispatcher(), await dispatcher()];
  const keys: string[] = [];
  await eventually('attempts of both', async () => {
    keys.push(...(await Promise.all(Array.from({ length: 20 }, () => keyIsMade()))));
    return (await Promise.all(both.map(attempts))).every((count) => count > 0) ? true : null;
  });
  const deliveries = await allDelivered(keys.length);
  expect(deliveries.map(({ sequence }) => sequence)).toEqual(keys.map((_, index) => keys.length - index));
  expect(receiver.requests.map(({ objectId }) => objectId).toSorted()).toEqual(keys.toSorted());
});

it('fences a dispatcher that was frozen beyond its lease: it records nothing, and goes on', async () => {
  const frozen = await dispatcher();
  receiver.holds = true;
  const key = await keyIsMade();
  const first = await receiver.nth(key, 1);
  frozen.process.signal('SIGSTOP');

  // The fan-out was its as well.
  await dispatcher();
  receiver.holds = false;
  const meanwhile = await keyIsMade();
  await receiver.nth(meanwhile, 1);
  receiver.holds = true;
  const second = await receiver.nth(key, 2);
  expect(second.eventId).toBe(first.eventId);

  const fencedBefore = await timesLogged(FENCED);
  first.answer(500);
  frozen.process.signal('SIGCONT');
  await eventually('a late attempt', async () => ((await timesLogged(FENCED)) > fencedBefore ? true : null));
  receiver.holds = false;
  second.answer(204);
  const [, delivery] = await allDelivered(2);
  expect(delivery?.attempts.map(({ response_status }) => response_status)).not.toContain(500);
  expect(receiver.of(meanwhile)).toHaveLength(1);

  const later = await keyIsMade();
  await allDelivered(3);
  expect(receiver.of(later)).toHaveLength(1);
});

it('told to stop in the middle of sends, records what ends in time, gives the rest back, and is gone', async () => {
  const stopped = await dispatcher();
  // It takes more at once of those that answer.
  for (let made = 0; made < 2 * HELD; made++) await keyIsMade();
  const before = (await allDelivered(2 * HELD)).length;
  receiver.holds = true;
  const keys = await Promise.all(Array.from({ length: HELD }, () => keyIsMade()));
  await Promise.all(keys.map((key) => receiver.nth(key, 1)));

  // Where a stop takes 9 s it is cut short, and the exit code tells.
  const exited = stopped.process.kill('SIGTERM');
  const [answered, unanswered] = [keys.slice(0, HELD / 2), keys.slice(HELD / 2)];
  for (const key of answered) (await receiver.nth(key, 1)).answer(204);
  expect(await exited).toBe(0);

  expect(await leased()).toBe(0);
  const pending = await endpoint.deliveries({ status: 'pending' });
  expect(pending.map((delivery) => delivery.attempts)).toEqual(unanswered.map(() => []));
  expect(await endpoint.deliveries({ status: 'delivered' })).toHaveLength(before + answered.length);

  receiver.holds = false;
  await dispatcher();
  const deliveries = await allDelivered(before + HELD);
  expect(deliveries.every((delivery) => delivery.attempts.length === 1)).toBe(true);
  expect(answered.map((key) => receiver.of(key).length)).toEqual(answered.map(() => 1));
  expect(unanswered.map((key) => receiver.of(key).length)).toEqual(unanswered.map(() => 2));
});

async function dispatcher(): Promise<Node> {
  const node = await system.startDispatcher();
  dispatchers.push(node);
  await node.process.ready(node.url);
  return node;
}

/** @returns its id */
async function keyIsMade(): Promise<string> {
  const { status, body, text } = await admin().post('/v1/api-keys', { name: 'key' });
  if (status !== 201) throw new Error(`not created: ${text}`);
  return String(body['id']);
}

function allDelivered(count: number) {
  return eventually(`${count} deliveries`, async () => {
    const deliveries = await endpoint.deliveries();
    return deliveries.length === count && deliveries.every(({ status }) => status === 'delivered') ? deliveries : null;
  });
}

/** Made by that process. */
async function attempts({ url }: Node): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  return [...metrics.matchAll(/^keyledger_webhook_attempts_total\S* (\d+)/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}

async function timesLogged(message: string): Promise<number> {
  return (await system.log()).split(message).length - 1;
}

async function leased(): Promise<number> {
  const client = new pg.Client({ connectionString: storesOf(system).databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ count: string }>(
    'select count(*) from webhooks.deliveries where lease_token is not null',
  );
  await client.end();
  return Number(rows[0]?.count);
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
