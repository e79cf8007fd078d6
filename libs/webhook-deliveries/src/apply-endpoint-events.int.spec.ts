import {
  eventually,
  secretReference,
  webhookActivated,
  webhookCreated,
  webhookPaused,
  webhookSecretRotated,
  webhookUpdated,
} from '#libs/testing';
import { applyEndpointEvent, applyEndpointEvents, HALTED_CHANNEL } from './apply-endpoint-events.js';
import { DeliveryDatabase, storedEvent } from './testing/delivery-database.js';

let database: DeliveryDatabase;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
});
afterEach(() => database.empty());
afterAll(() => database.drop());

it('says of an endpoint what its events say, in whatever order they come, each however often', async () => {
  const events = [
    webhookCreated(),
    webhookUpdated({ url: 'https://other.example.com/' }),
    webhookSecretRotated({ url: 'https://other.example.com/' }),
    webhookPaused(),
  ].map((event, revision) => storedEvent(event, revision));
  const expected = {
    ...{ status: 'paused', status_revision: 3 },
    secrets: [
      { secret_id: secretReference(1).secret_id, ends_at: null },
      { secret_id: secretReference(0).secret_id, ends_at: 1_700_086_400 },
    ],
  };
  const [created, ...later] = events;
  if (created === undefined) throw new Error('there is none');
  await applyEndpointEvents(database.api, [created]);
  await applyEndpointEvents(database.api, later.toReversed());
  await applyEndpointEvents(database.api, events);
  await applyEndpointEvents(database.api, events.slice(1, 2));
  expect(await database.row('endpoints', created.stream.slice('webhook-'.length))).toMatchObject(expected);
});

it('changes nothing of another organization’s endpoint', async () => {
  const webhook = await database.endpoint(0, 'org_b');
  await database.say(webhookPaused({ org_id: 'org_a' }, webhook), 1);
  expect(await database.row('endpoints', webhook)).toMatchObject({ status: 'active' });
});

it('goes by what another writer has written while it waited for that one', async () => {
  const webhook = await database.endpoint();
  const [ahead, behind] = [await database.projector.connect(), await database.projector.connect()];
  await ahead.query('begin');
  await applyEndpointEvent(ahead, storedEvent(webhookActivated({}, webhook), 2));
  const late = applyEndpointEvent(behind, storedEvent(webhookPaused({}, webhook), 1));
  await eventually('it waits', async () => {
    const { rows } = await database.owner.query(
      `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rows.length > 0 ? true : null;
  });
  await ahead.query('commit');
  await late;
  for (const client of [ahead, behind]) client.release();
  expect(await database.row('endpoints', webhook)).toMatchObject({ status: 'active', status_revision: 2 });
});

it('has what is under way given up by a pause, but not by one that is over', async () => {
  const webhook = await database.endpoint();
  const listener = await database.projector.connect();
  const halted: string[] = [];
  listener.on('notification', ({ payload = '' }) => halted.push(payload));
  await listener.query(`listen ${HALTED_CHANNEL}`);
  await database.say(webhookActivated({}, webhook), 2);
  await database.say(webhookPaused({}, webhook), 1);
  await database.say(webhookPaused({}, webhook), 3);
  await eventually('word of it', async () => {
    await listener.query('select 1');
    return halted.length > 0 ? true : null;
  });
  expect(halted).toEqual([webhook]);
  await listener.query('unlisten *');
  listener.release();
});
