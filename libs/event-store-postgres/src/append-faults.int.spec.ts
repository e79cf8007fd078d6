import pg from 'pg';
import { BEGINNING, NO_STREAM } from '#libs/event-store';
import { appended, readToEnd, someEvent, someEvents, someStream } from '#libs/event-store/contract';
import { APPEND_LOCK } from './append-function.sql.js';
import { openTestStore } from './testing/open-test-store.js';

it('answers past its deadline while someone idles in a transaction with the lock, and recovers', async () => {
  const { url, store, dispose } = await openTestStore({ appendDeadlineMs: 1_500 });
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select pg_advisory_xact_lock($1)', [APPEND_LOCK]);
  const [first, second] = [someEvents(2), someEvents(1)];
  const streams = [someStream(), someStream()] as const;
  const refused = { code: 'event_store_unavailable', cause: { code: '55P03' } };
  await Promise.all([
    expect(store.append(streams[0], NO_STREAM, first)).rejects.toMatchObject(refused),
    expect(store.append(streams[1], NO_STREAM, second)).rejects.toMatchObject(refused),
    expect(store.readAll({ after: BEGINNING })).resolves.toMatchObject({ events: [], caughtUp: true }),
  ]);
  await holder.end();
  await appended(store, streams[0], first);
  await appended(store, streams[1], second);
  expect(await readToEnd(store, { after: BEGINNING })).toHaveLength(3);
  await dispose();
});

it('stores appends that waited for the lock once it is given back within their deadline', async () => {
  const { url, store, dispose } = await openTestStore();
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select pg_advisory_xact_lock($1)', [APPEND_LOCK]);
  const waiting = Array.from({ length: 20 }, () => appended(store, someStream(), someEvents(2)));
  await holder.query('select pg_sleep(1.3)');
  await holder.query('rollback');
  expect((await Promise.all(waiting)).map(Number).sort((a, b) => a - b)).toEqual(waiting.map((_, n) => 2 * (n + 1)));
  await holder.end();
  await dispose();
});

it('gives an error that one append provokes to that one alone', async () => {
  const { store, owner, dispose } = await openTestStore();
  await owner.query(`alter table event_store.events add constraint no_poison check (type <> 'poison')`);
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, (_, n) =>
      store.append(someStream(), NO_STREAM, [
        someEvent(),
        n % 20 === 7 ? { ...someEvent(), type: 'poison' } : someEvent(),
      ]),
    ),
  );
  const failed = results.flatMap((result, n) => (result.status === 'rejected' ? [n] : []));
  expect(failed).toEqual([7, 27, 47]);
  expect(results[7]).toMatchObject({ reason: { code: '23514' } });
  expect(await store.verifyLog()).toEqual({ events: 114, position: 114n });
  await dispose();
});

it('refuses at once what would wait behind too many others, and takes more when they are done', async () => {
  const { store, dispose } = await openTestStore({ maxWaitingAppends: 50 });
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, () => appended(store, someStream(), someEvents(1))),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
  expect(results.at(-1)).toMatchObject({ reason: { code: 'event_store_unavailable' } });
  await appended(store, someStream(), someEvents(1));
  await dispose();
});

it('finishes what it took before it closes', async () => {
  const { store, owner, dispose } = await openTestStore();
  const appends = Array.from({ length: 1_200 }, () => appended(store, someStream(), someEvents(1)));
  await store.close();
  await Promise.all(appends);
  const { rows } = await owner.query('select count(*)::int as stored from event_store.events');
  expect(rows).toEqual([{ stored: 1_200 }]);
  await dispose();
});

it('cuts a page of the log short when it holds 16 MB, without taking that for the end', async () => {
  const { store, dispose } = await openTestStore();
  const large = { filling: 'x'.repeat(990_000) };
  for (let n = 0; n < 20; n++) await appended(store, someStream(), [someEvent(large)]);
  const page = await store.readAll({ after: BEGINNING });
  expect(page.events).toHaveLength(17);
  expect(page).toMatchObject({ position: 17n, caughtUp: false });
  expect(await readToEnd(store, { after: BEGINNING })).toHaveLength(20);
  expect((await store.readAll({ after: BEGINNING, prefixes: ['none-'] })).position).toBe(20n);
  await dispose();
});
