import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, describeWithNats, StartedSystem } from '#libs/testing';
import { crashEmbedded, EMBEDDED_VICTIMS } from './testing/crash-embedded.js';
import { ApartApps, VICTIMS } from './testing/apart-apps.js';
import { EndpointClient } from './testing/endpoint-client.js';
import { expectAllDelivered, type WatchedEndpoint } from './testing/expect-all-delivered.js';
import { Load, TYPES_OF_LOAD } from './testing/load.js';
import { FAILS_AT_TIMES, NotingReceiver, type Policy } from './testing/noting-receiver.js';

const ENV = {
  ...{ RATE_LIMIT_RPS: '0', LOG_LEVEL: 'info' },
  ...{ WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8', WEBHOOK_ALLOW_HTTP: 'true' },
};
/** Of one endpoint, at one sender. */
const MOST_IN_FLIGHT = 32;

let receivers: NotingReceiver[] = [];
afterEach(async () => {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  receivers = [];
});

/** A system under load whose parts are killed one after the other. */
interface Crashing<Victim> {
  readonly admin: () => ApiClient;
  readonly operator: () => ApiClient;
  readonly victims: readonly Victim[];
  readonly crash: (victim: Victim) => Promise<void>;
}

async function expectNothingLost<Victim>({ admin, operator, victims, crash }: Crashing<Victim>): Promise<void> {
  const endpoints = [await watched(TYPES_OF_LOAD), await watched(['api_key.created', 'job.completed'], FAILS_AT_TIMES)];
  const load = new Load({ admin, operator });
  await load.start();
  try {
    for (const victim of victims) {
      await load.goesOn();
      await delay(randomInt(1_000));
      await crash(victim);
    }
    await load.goesOn();
  } finally {
    await load.stop();
  }
  const last = await admin().post('/v1/api-keys', { name: 'last' });
  const position = last.headers.get('x-log-position');
  const acknowledged = [...load.acknowledged(), `api_key.created ${String(last.body['id'])}`];
  expect(acknowledged.filter((one) => one.startsWith('job.completed')).length).toBeGreaterThan(0);
  const mostUnrecorded = MOST_IN_FLIGHT * victims.length;
  for (const endpoint of endpoints)
    await expectAllDelivered(endpoint, { admin: admin(), acknowledged, position, mostUnrecorded });
  // Those that were to be refused were, or this would say nothing of retries.
  expect(receivers[1]?.noted.some(({ answered }) => answered === 500)).toBe(true);

  async function watched(types: readonly string[], policy?: Policy): Promise<WatchedEndpoint> {
    const receiver = await NotingReceiver.listen(policy);
    receivers.push(receiver);
    const endpoint = await EndpointClient.create(admin, receiver.url, types);
    receiver.verifyWith(endpoint.secret);
    return { endpoint, receiver, types };
  }
}

it('embedded: delivers whatever was acknowledged, whatever is killed when, and tells the truth of it', async () => {
  const system = await StartedSystem.start({ env: ENV });
  try {
    await expectNothingLost({
      admin: () => new ApiClient(system.url, system.session.admin_token),
      operator: () => new ApiClient(system.url, system.session.platform_token),
      victims: EMBEDDED_VICTIMS,
      crash: (victim) => crashEmbedded(system, victim),
    });
  } finally {
    await system.dispose();
  }
});

describeWithNats('apart, over a real nats-server', () => {
  it('delivers whatever was acknowledged, whatever is killed or wiped when, and tells the truth of it', async () => {
    const apps = await ApartApps.start(ENV);
    try {
      await expectNothingLost({
        admin: () => apps.admin(),
        operator: () => apps.operator(),
        victims: VICTIMS,
        crash: (victim) => apps.crash(victim),
      });
    } finally {
      await apps.dispose();
    }
  });
});
