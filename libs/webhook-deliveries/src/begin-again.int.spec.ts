import type pg from 'pg';
import { toPosition } from '#libs/event-store';
import { eventually, webhookCreated, webhookDeleted } from '#libs/testing';
import { loadFanOut } from './fan-out-checkpoint.js';
import { DeliveryDatabase } from './testing/delivery-database.js';

let database: DeliveryDatabase;
let client: pg.PoolClient;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
  client = await database.projector.connect();
});
afterEach(() => database.empty());
afterAll(async () => {
  client.release();
  await database.drop();
});

it('takes no endpoint for deleted before the log that is folded anew says so', async () => {
  const [kept, gone] = [await database.endpoint(0), await database.endpoint(1)];
  await database.say(webhookDeleted({}, gone), 1);
  await database.owner.query('update webhooks.fan_out set asked_send_from = 0');
  await loadFanOut(client, toPosition(2n));
  for (const webhook of [kept, gone])
    expect(await database.row('endpoints', webhook)).toMatchObject({ status: 'unknown', subscribed: null });
  await database.say(webhookCreated({ webhook_id: kept }), 0);
  await database.say(webhookDeleted({}, gone), 1);
  expect(await database.row('endpoints', kept)).toMatchObject({ status: 'active' });
  expect(await database.row('endpoints', gone)).toMatchObject({ status: 'deleted' });
});

it('begins anew while outcomes are written: nobody waits for another in a circle', async () => {
  const [second, first] = [await database.endpoint(1), await database.endpoint(0)];
  await database.owner.query('update webhooks.fan_out set asked_send_from = 0');
  const finishing = await database.projector.connect();
  const lock = (webhook: string) =>
    finishing.query('select from webhooks.endpoints where webhook_id = $1 for no key update', [webhook]);
  try {
    await finishing.query('begin');
    await lock(first);
    const begun = loadFanOut(client, toPosition(2n));
    begun.catch(() => undefined);
    await eventually('who waits', async () => {
      const { rowCount } = await database.owner.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === 0 ? null : true;
    });
    await lock(second);
    await finishing.query('commit');
    expect(await begun).toMatchObject({ position: 0n });
  } finally {
    finishing.release(true);
  }
});
