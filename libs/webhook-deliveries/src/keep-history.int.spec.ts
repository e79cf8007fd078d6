import { forgetOldCounts, keepHistory } from './keep-history.js';
import { DeliveryDatabase } from './testing/delivery-database.js';

let database: DeliveryDatabase;
let webhook: string;
beforeEach(async () => {
  database = await DeliveryDatabase.create();
  webhook = await database.endpoint();
});
afterEach(() => database.drop());

/** The days that there are, relative to today. */
async function days(): Promise<readonly number[]> {
  const { rows } = await database.owner.query<{ day: number }>(
    `select to_date(right(child.relname, 8), 'YYYYMMDD') - (now() at time zone 'UTC')::date as day
     from pg_inherits join pg_class child on child.oid = inhrelid
     where inhparent = 'webhooks.history'::regclass order by 1`,
  );
  return rows.map(({ day }) => day);
}

/** One that finished so many days ago. */
async function finished(daysAgo: number): Promise<string> {
  const [id = ''] = await database.pend(webhook, 1);
  await database.owner.query(`select webhooks.make_history_day((now() at time zone 'UTC')::date - $1::int)`, [daysAgo]);
  await database.finish(await database.claim());
  await database.owner.query(
    `update webhooks.history set finished_at = finished_at - $2::int * interval '1 day' where delivery_id = $1`,
    [id, daysAgo],
  );
  return id;
}

const listed = async () =>
  (await database.reads.list('org_a', webhook, { limit: 99, before: null })).deliveries.map(({ id }) => id);

it('has yesterday, today and three days ahead from the first moment on', async () => {
  expect(await days()).toEqual([-1, 0, 1, 2, 3]);
  expect(await keepHistory(database.projector, 30)).toEqual({ made: 0, dropped: 0, withheld: 0 });
});

it('drops what finished longer ago, by whole days, and nothing else', async () => {
  const [old, kept] = [await finished(31), await finished(30)];
  const [pending] = await database.pend(webhook, 1);
  await database.owner.query(`update webhooks.deliveries set created_at = now() - interval '90 days'`);
  expect(await listed()).toEqual([pending, kept, old]);
  expect(await keepHistory(database.projector, 30)).toEqual({ made: 0, dropped: 1, withheld: 0 });
  expect(await listed()).toEqual([pending, kept]);
  expect(await days()).toEqual([-30, -1, 0, 1, 2, 3]);
});

it('drops two days at a time, the oldest first', async () => {
  for (const daysAgo of [44, 43, 42, 0]) await finished(daysAgo);
  expect(await keepHistory(database.projector, 30)).toMatchObject({ dropped: 2 });
  expect(await days()).toEqual([-42, -1, 0, 1, 2, 3]);
  expect(await keepHistory(database.projector, 30)).toMatchObject({ dropped: 1, withheld: 0 });
});

it('drops nothing where all that finished is past its time: the clock may have jumped', async () => {
  for (const daysAgo of [33, 32, 31]) await finished(daysAgo);
  expect(await keepHistory(database.projector, 30)).toMatchObject({ dropped: 0, withheld: 3 });
  expect(await listed()).toHaveLength(3);
  await finished(0);
  expect(await keepHistory(database.projector, 30)).toMatchObject({ dropped: 2, withheld: 0 });
});

it('makes the days again that are missing', async () => {
  const { rows } = await database.owner.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'webhooks.history'::regclass`,
  );
  for (const { name } of rows) await database.owner.query(`drop table ${name}`);
  expect(await keepHistory(database.projector, 30)).toEqual({ made: 5, dropped: 0, withheld: 0 });
  expect(await days()).toEqual([-1, 0, 1, 2, 3]);
});

it('is done by several at once', async () => {
  await finished(0);
  await finished(40);
  const kept = await Promise.all([1, 2, 3].map(() => keepHistory(database.projector, 30).catch(() => null)));
  const dropped = kept.filter((one) => one?.dropped === 1);
  expect(dropped).toHaveLength(1);
  expect(await days()).toEqual([-1, 0, 1, 2, 3]);
});

it('puts a drop off while somebody reads', async () => {
  await finished(0);
  await finished(40);
  const reader = await database.api.connect();
  await reader.query('begin');
  await reader.query('select from webhooks.history');
  expect(await keepHistory(database.projector, 30)).toEqual({ made: 0, dropped: 0, withheld: 0 });
  await reader.query('commit');
  reader.release();
  expect(await keepHistory(database.projector, 30)).toEqual({ made: 0, dropped: 1, withheld: 0 });
});

it('makes a day beside those who read and write, without waiting for them', async () => {
  const reader = await database.api.connect();
  await reader.query('begin');
  await reader.query('select from webhooks.history');
  const made = await database.projector.query<{ made: boolean }>(
    `select webhooks.make_history_day((now() at time zone 'UTC')::date + 9) as made`,
  );
  expect(made.rows).toEqual([{ made: true }]);
  await reader.query('commit');
  reader.release();
});

it('refuses to keep nothing, and is not for the api role', async () => {
  await expect(keepHistory(database.projector, 0)).rejects.toThrow('for a day at least');
  await expect(keepHistory(database.api, 30)).rejects.toThrow('permission denied');
});

it('forgets counts that no rate needs any more', async () => {
  await database.owner.query(
    `insert into webhooks.attempt_counts
     select 'org_a', $1, date_trunc('minute', now()) - n * interval '1 hour', 1, 1 from unnest('{0,24,26}'::int[]) n`,
    [webhook],
  );
  await forgetOldCounts(database.projector);
  expect(await database.count('attempt_counts')).toBe(2);
});
