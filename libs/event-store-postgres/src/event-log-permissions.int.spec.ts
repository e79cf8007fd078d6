import pg from 'pg';
import { appended, someEvents, someStream } from '#libs/event-store/contract';
import { roleUrl } from '#libs/postgres';
import { openTestStore, type TestStore } from './testing/open-test-store.js';

let test: TestStore;
let events: pg.Client;

beforeAll(async () => {
  test = await openTestStore();
  await appended(test.store, someStream(), someEvents(3));
  events = new pg.Client({ connectionString: roleUrl(test.url, 'events') });
  await events.connect();
});
afterAll(async () => {
  await events.end();
  await test.dispose();
});

it.each([
  `update event_store.events set data = '{}'`,
  `update event_store.events set position = position + 1`,
  'delete from event_store.events',
  'truncate event_store.events',
  'drop table event_store.events',
  'alter table event_store.events add column other text',
  'delete from event_store.head',
  'insert into event_store.head (only_row, position) values (false, 7)',
  'truncate event_store.head',
  `create or replace function event_store.append_batch() returns void language sql as ''`,
])('the events role may not: %s', async (statement) => {
  await expect(events.query(statement)).rejects.toMatchObject({ code: '42501' });
});

it.each(['api', 'projector'] as const)('the %s role sees nothing of the log', async (role) => {
  const client = new pg.Client({ connectionString: roleUrl(test.url, role) });
  await client.connect();
  await expect(client.query('select * from event_store.events')).rejects.toMatchObject({ code: '42501' });
  await client.end();
});
