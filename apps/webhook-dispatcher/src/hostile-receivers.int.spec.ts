import { lineageStream } from '#libs/domain';
import { NameNotResolved } from '#libs/outbound';
import { apiKeyCreated, eventually, freePort } from '#libs/testing';
import type { AttemptView } from '#libs/webhook-deliveries';
import { DeliverySystem } from './testing/delivery-system.js';
import { Hostile } from './testing/hostile.js';
import { answers, answersGigabyte, closes, drips, hangs } from './testing/hostile-behaviours.js';
import { Receiver } from './testing/receiver.js';

const EVENTS = 100;
const NAME = 'hooks.example.com';

let system: DeliverySystem;
const open: Hostile[] = [];
const listen = async (...given: Parameters<typeof Hostile.listen>): Promise<Hostile> => {
  const hostile = await Hostile.listen(...given);
  open.push(hostile);
  return hostile;
};
/** What names lead to, which may change. */
const zone = new Map<string, readonly string[]>();

beforeAll(async () => {
  system = await DeliverySystem.create();
  system.dispatch(undefined, {
    allowedCidrs: ['127.0.0.1'],
    resolver: {
      resolve: async (name) => {
        const addresses = zone.get(name);
        if (addresses === undefined) throw new NameNotResolved('ENOTFOUND');
        return addresses;
      },
    },
  });
});
afterAll(async () => {
  await system.drop();
  await Promise.all(open.map((hostile) => hostile.close()));
});

let lineages = 0;
async function keyIsMade(): Promise<void> {
  const lineage = `AbCdEfGh${String(lineages++).padStart(8, '0')}`;
  await system.append(lineageStream(lineage), [apiKeyCreated({ key_id: `ak_${lineage}0000` })]);
}

/** What the list says of the first attempt at the oldest delivery of which one has ended. */
function firstAttempt(webhookId: string): Promise<AttemptView> {
  return eventually(`an attempt for ${webhookId}`, async () => {
    const tried = (await system.deliveries(webhookId)).filter(({ attempts }) => attempts.length > 0);
    return tried.at(-1)?.attempts[0] ?? null;
  });
}

it('delivers to the healthy whatever others do, says of each what it did, and reaches nobody that is refused', async () => {
  const healthy = await Receiver.listen();
  const hanging = await listen(hangs);
  const canary = await listen(hangs, { host: '127.0.0.2' });
  const closed = await freePort();
  const urls = {
    hanging: hanging.url(),
    dripping: (await listen(drips)).url(),
    huge: (await listen(answersGigabyte)).url(),
    closing: (await listen(closes)).url(),
    speaksNoTls: (await listen(answers('400 Bad Request'))).url('https'),
    redirecting: (await listen(answers(`302 Found\r\nlocation: ${canary.url('http', '127.0.0.2')}`))).url(),
    refused: canary.url('http', '127.0.0.2'),
    nobody: `http://127.0.0.1:${closed}/`,
    unknown: 'https://nowhere.example.com/',
  };
  const ids = new Map<string, string>();
  for (const [name, url] of Object.entries(urls)) ids.set(name, (await system.endpoint(url)).id);
  const idOf = (name: keyof typeof urls): string => ids.get(name) ?? '';
  const { id: healthyId } = await system.endpoint(healthy.url());

  for (let event = 0; event < EVENTS; event++) await keyIsMade();
  await eventually('all at the healthy one', () => (healthy.received.length >= EVENTS ? true : null));
  // It did not wait for those that take their time, most of which is still to come.
  await eventually('one that still hangs', () => (hanging.openConnections > 0 ? true : null));
  for (const name of ['hanging', 'dripping'] as const) {
    const deliveries = await system.deliveries(idOf(name));
    expect(deliveries.filter(({ attempts }) => attempts.length === 0).length).toBeGreaterThan(EVENTS / 2);
  }
  const delivered = await eventually('its deliveries', async () => {
    const deliveries = await system.deliveries(healthyId);
    return deliveries.every(({ status }) => status === 'delivered') ? deliveries : null;
  });
  expect(delivered.map(({ sequence }) => sequence)).toEqual(Array.from({ length: EVENTS }, (_, n) => EVENTS - n));
  expect(healthy.received).toHaveLength(EVENTS);

  const said = await Promise.all(
    Object.keys(urls).map(async (name) => {
      const { error_class, response_status } = await firstAttempt(ids.get(name) ?? '');
      return [name, error_class, response_status];
    }),
  );
  expect(said).toEqual([
    ['hanging', 'timeout', null],
    ['dripping', 'timeout', 200],
    ['huge', null, 200],
    ['closing', 'reset', null],
    ['speaksNoTls', 'tls', null],
    ['redirecting', 'redirect', 302],
    ['refused', 'blocked', null],
    ['nobody', 'connect', null],
    ['unknown', 'dns', null],
  ]);
  expect((await firstAttempt(idOf('huge'))).response_body).toBe('a'.repeat(4_096));
  expect(canary.connections).toBe(0);
  await healthy.close();
});

it('sends nothing to where a name has come to lead, and goes on once it leads back', async () => {
  const receiver = await Receiver.listen();
  const port = Number(new URL(receiver.url()).port);
  const canary = await listen(hangs, { host: '127.0.0.2', port });
  const { id } = await system.endpoint(`http://${NAME}:${port}/`);
  zone.set(NAME, ['127.0.0.1']);
  await keyIsMade();
  await eventually('the first', () => (receiver.received.length === 1 ? true : null));

  // One that may be reached beside it changes nothing.
  zone.set(NAME, ['127.0.0.1', '127.0.0.2']);
  await keyIsMade();
  const blocked = await eventually('the refusal', async () => {
    const second = (await system.deliveries(id)).find(({ sequence }) => sequence === 2);
    return second?.attempts[0] ?? null;
  });
  expect(blocked).toMatchObject({ error_class: 'blocked', response_status: null, response_body: null });
  expect(receiver.received).toHaveLength(1);

  zone.set(NAME, ['127.0.0.1']);
  await eventually('the second', () => (receiver.received.length === 2 ? true : null));
  expect(canary.connections).toBe(0);
  await receiver.close();
});
