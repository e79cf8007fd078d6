import { Webhook } from 'standardwebhooks';
import { ApiClient, eventually, StartedSystem } from '#libs/testing';
import { EndpointClient } from './testing/endpoint-client.js';
import { Load, TYPES_OF_LOAD } from './testing/load.js';
import { Receiver, type Received } from './testing/receiver.js';

const ENOUGH = 100;

let system: StartedSystem;
let receiver: Receiver;
beforeAll(async () => {
  const guard = { WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8', WEBHOOK_ALLOW_HTTP: 'true' };
  system = await StartedSystem.start({ env: { ...guard, RATE_LIMIT_RPS: '0', LOG_LEVEL: 'warn' } });
  receiver = await Receiver.listen();
});
afterAll(async () => {
  await system.dispose();
  await receiver.close();
});

it('signs with both secrets through an overlap, with the newest alone without one, while it delivers', async () => {
  const endpoint = await EndpointClient.create(admin, receiver.url(), TYPES_OF_LOAD);
  const load = new Load({ admin, operator });
  await load.start();
  try {
    await happened(0);
    const second = await rotate(endpoint, 86_400);
    const both = await happened(second.at);
    expect(receiver.received.filter((one) => !isOf(endpoint.secret, one))).toEqual([]);
    expect(both.filter((one) => !isOf(second.secret, one))).toEqual([]);

    const third = await rotate(endpoint, 0);
    const newest = await happened(third.at);
    // Whoever knows the newest two has missed nothing since the first rotation.
    const since = receiver.received.filter((one) => happenedAt(one) > second.at);
    expect(since.filter((one) => !isOf(second.secret, one) && !isOf(third.secret, one))).toEqual([]);
    expect(newest.filter((one) => !isOf(third.secret, one))).toEqual([]);
    expect(newest.filter((one) => isOf(second.secret, one) || isOf(endpoint.secret, one))).toEqual([]);
  } finally {
    await load.stop();
  }
  await eventually('an end of what is pending', async () =>
    (await endpoint.deliveries({ status: 'pending' })).length === 0 ? true : null,
  );
  const deliveries = await endpoint.deliveries();
  expect(deliveries.every(({ status, attempts }) => status === 'delivered' && attempts.length === 1)).toBe(true);
});

/** @returns the new secret, and when it was told */
async function rotate(
  endpoint: EndpointClient,
  overlapSeconds: number,
): Promise<{ readonly secret: string; readonly at: number }> {
  const { secret } = await endpoint.post('rotate-secret', { overlap_seconds: overlapSeconds });
  return { secret: String(secret), at: Date.now() };
}

/** Enough of what happened after an instant, and so was sent after it; of what was under way then nothing is promised. */
function happened(after: number): Promise<readonly Received[]> {
  return eventually('enough requests', () => {
    const since = receiver.received.filter((one) => happenedAt(one) > after);
    return since.length >= ENOUGH ? since : null;
  });
}

/** Unix milliseconds. */
function happenedAt({ body }: Received): number {
  return Date.parse((JSON.parse(body) as { readonly timestamp: string }).timestamp);
}

function isOf(secret: string, { body, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}

function operator(): ApiClient {
  return new ApiClient(system.url, system.session.platform_token);
}
