import { toPosition } from '#libs/event-store';
import { inTransaction } from '#libs/postgres';
import { webhookActivated, webhookUpdated } from '#libs/testing';
import { writeEndpointStep, type EndpointStep } from './fan-out-writes.js';
import { goOnSkipping } from './skips.js';
import { DeliveryDatabase, storedEvent } from './testing/delivery-database.js';

let database: DeliveryDatabase;
let webhook: string;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
});
beforeEach(async () => {
  webhook = await database.endpoint();
});
afterEach(() => database.empty());
afterAll(() => database.drop());

const NOTHING = { events: [], numbered: [], deliveries: [], redelivered: null, replayed: null };

async function fold(
  event: Parameters<typeof storedEvent>[0],
  given: Pick<EndpointStep, 'skips' | 'moves' | 'subscribed'>,
) {
  const { rows } = await database.owner.query<{ position: string }>('select position from webhooks.fan_out');
  const from = toPosition(rows[0]?.position ?? '0');
  const move = { from, to: toPosition(from + 20n), last: null };
  const step = { ...NOTHING, event: storedEvent(event, 1), webhookId: webhook, ...given };
  const client = await database.projector.connect();
  try {
    await writeEndpointStep(client, move, step);
  } finally {
    client.release();
  }
}

const skipAll = () => fold(webhookActivated({}, webhook), { skips: true, moves: false });
const goOn = () => inTransaction(database.projector, goOnSkipping);

it('moves a large backlog in parts, and claims nothing of the endpoint meanwhile', async () => {
  await database.pend(webhook, 3_500, { position: '2' });
  await skipAll();
  expect(await database.count('history')).toBe(1_000);
  await database.pend(webhook, 1, { position: '50' });
  expect(await database.claim()).toEqual([]);
  expect(await goOn()).toBe(false);
  expect(await goOn()).toBe(true);
  expect(await goOn()).toBeNull();
  expect(await database.count('history')).toBe(3_500);
  expect(await database.claim()).toHaveLength(1);
});

it('lets what is being sent end, as what it was', async () => {
  await database.pend(webhook, 1, { position: '2' });
  const sent = await database.claim();
  await skipAll();
  expect(await goOn()).toBe(false);
  await database.finish(sent);
  expect(await goOn()).toBe(true);
  const { rows } = await database.owner.query('select status from webhooks.history');
  expect(rows).toEqual([{ status: 'delivered' }]);
});

it('throws nothing away where only a type or a description changed', async () => {
  await database.pend(webhook, 2, { position: '2' });
  const updated = webhookUpdated({ webhook_id: webhook, events: ['job.failed'] });
  await fold(updated, { skips: false, moves: false, subscribed: ['job.failed'] });
  expect(await database.claim()).toHaveLength(2);
});
