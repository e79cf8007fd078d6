import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { jobStream, lineageStream } from '#libs/domain';
import { InProcessBus } from '#libs/messaging';
import { SILENT } from '#libs/observability';
import { createPool } from '#libs/postgres';
import { apiKeyCreated, eventually, jobCompleted, jobId, jobLeased, jobSubmitted } from '#libs/testing';
import { DeliveryLeases } from '#libs/webhook-deliveries';
import { DeliverySystem, ORG } from '../testing/delivery-system.js';
import { FanOut, type FanOutOptions } from './fan-out.js';

const URL = 'https://hooks.example.com/in';

let system: DeliverySystem;
let pool: pg.Pool;
let running: FanOut[] = [];
beforeEach(async () => {
  system = await DeliverySystem.create();
  pool = createPool({ ownerUrl: system.url, role: 'projector', max: 8, onIdleError: () => undefined });
});
afterEach(async () => {
  await Promise.all(running.map((fanOut) => fanOut.stop()));
  running = [];
  await pool.end();
  await system.drop();
});

/** Without anybody who sends; it reads the log. */
function fanOut(options: Partial<FanOutOptions> = {}): FanOut {
  const made = new FanOut({
    ...{ pool, eventStore: system.store, bus: new InProcessBus(), logger: SILENT, silenceMs: 20 },
    ...options,
  });
  running.push(made);
  made.start();
  return made;
}

let keys = 0;
async function keyIsMade(orgId = ORG): Promise<void> {
  const lineage = `AbCdEfGh${String(keys++).padStart(8, '0')}`;
  await system.append(lineageStream(lineage), [apiKeyCreated({ key_id: `ak_${lineage}0000` })], orgId);
}

const update = (webhookId: string, events: readonly string[]) =>
  system.command(webhookId, (now) => ({ kind: 'UpdateWebhook', webhookId, events, now }));
const remove = (webhookId: string) => system.command(webhookId, (now) => ({ kind: 'DeleteWebhook', webhookId, now }));
const disable = (webhookId: string) =>
  system.command(webhookId, (now) => ({ kind: 'DisableWebhook', webhookId, statusReason: 'failing', now }));

/** Type and number of what an endpoint was given, the oldest first. */
async function given(webhookId: string): Promise<readonly (readonly [string, number | null, string])[]> {
  const deliveries = (await system.deliveries(webhookId)).toReversed();
  return deliveries.map(({ event_type, sequence, status }) => [event_type, sequence, status]);
}

const sequences = () =>
  system.asOwner<{ webhook_id: string; position: string; sequence: string }>(
    'select webhook_id, position, sequence from webhooks.sequences order by 1, 2',
  );
const listed = () => system.asOwner('select position, event_id, event_type from webhooks.events order by 1');

/** As `npm run webhooks -- send-from POSITION` does; until it is done. */
async function sendFrom(position: number): Promise<void> {
  await system.asOwner('update webhooks.fan_out set asked_send_from = $1', [position]);
  await eventually('the log is folded again', async () => {
    const rows = await system.asOwner(
      'select from webhooks.fan_out where asked_send_from is null and position >= catch_up_to',
    );
    return rows.length > 0 ? true : null;
  });
}

it('gives each event to those that subscribe to it at its place in the log, all in one page', async () => {
  await keyIsMade();
  const { id } = await system.endpoint(URL);
  await keyIsMade();
  await update(id, ['job.completed']);
  await keyIsMade();
  await update(id, ['api_key.created']);
  await keyIsMade();
  const { id: gone } = await system.endpoint(URL);
  await keyIsMade();
  await remove(gone);
  await keyIsMade();
  const { id: other } = await system.endpoint(URL, ['api_key.created'], 'org_b');
  await keyIsMade('org_b');
  fanOut();
  await system.fannedOut();
  expect((await given(id)).map(([, sequence]) => sequence)).toEqual([1, 2, 3, 4]);
  expect(await given(gone)).toEqual([['api_key.created', 1, 'skipped']]);
  expect(await system.deliveries(other, 'org_b')).toMatchObject([{ sequence: 1 }]);
  expect(await system.deliveries(other)).toEqual([]);
});

it('gives large events to many endpoints a few at a time', async () => {
  const urls = Array.from({ length: 13 }, (_, n) => `${URL}/${n}`);
  const endpoints = await Promise.all(urls.map((url) => system.endpoint(url, ['job.completed'])));
  for (let n = 0; n < 60; n++) {
    const job_id = jobId(n);
    const result = 'x'.repeat(19_900);
    await system.append(jobStream(job_id), [
      jobSubmitted({ job_id }),
      jobLeased({ job_id }),
      jobCompleted({ job_id, result }),
    ]);
  }
  const client = new pg.Client({ connectionString: system.url });
  await client.connect();
  await client.query(`
    create table public.written (bytes bigint);
    create function public.note_written() returns trigger language plpgsql security definer as $$
    begin
      insert into public.written select sum(length(body)) from made;
      return null;
    end $$;
    create trigger note_written after insert on webhooks.deliveries referencing new table as made
      for each statement execute function public.note_written()`);
  fanOut();
  await system.fannedOut();
  const { rows } = await client.query<{ most: string }>('select max(bytes) as most from public.written');
  await client.end();
  expect(Number(rows[0]?.most)).toBeLessThan(8 * 1024 * 1024);
  for (const { id } of endpoints)
    expect((await given(id)).map(([, sequence]) => sequence)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
  expect(await listed()).toHaveLength(60);
});

it('tells of an endpoint that is disabled to those that subscribe to that, itself among them', async () => {
  const { id: watcher } = await system.endpoint(URL, ['webhook.disabled']);
  const { id } = await system.endpoint(URL, ['webhook.disabled', 'api_key.created']);
  await disable(id);
  fanOut();
  await system.fannedOut();
  expect(await given(watcher)).toEqual([['webhook.disabled', 1, 'pending']]);
  expect(await given(id)).toEqual([['webhook.disabled', 1, 'pending']]);
  const [body] = await system.asOwner<{ body: string }>('select body from webhooks.deliveries limit 1');
  expect(JSON.parse(body?.body ?? '')).toMatchObject({
    ...{ type: 'webhook.disabled', sequence: 1 },
    data: { id, status: 'disabled', status_reason: 'failing', last_delivery: null, success_rate_24h: null, backlog: 0 },
  });
});

it('numbers what a lost database held, sends none of it, and goes on behind it', async () => {
  const { id } = await system.endpoint(URL);
  for (let n = 0; n < 3; n++) await keyIsMade();
  // As in a new Postgres beside the log.
  const head = await system.store.head();
  await system.asOwner('update webhooks.fan_out set position = 0, high_water = 0, send_from = $1, catch_up_to = $1', [
    head.toString(),
  ]);
  fanOut();
  await system.fannedOut();
  expect(await given(id)).toEqual([]);
  await keyIsMade();
  await system.fannedOut();
  expect(await given(id)).toEqual([['api_key.created', 4, 'pending']]);
  expect(await listed()).toHaveLength(4);

  // Until an operator names a place: two of the three lie behind it.
  await sendFrom(Number(head) - 2);
  expect((await given(id)).map(([, sequence]) => sequence).sort()).toEqual([2, 3, 4]);
});

it('folds all again for an operator while it runs: the same numbers, nothing twice, and what is missing is sent', async () => {
  await keyIsMade();
  const { id } = await system.endpoint(URL, ['api_key.created', 'job.completed']);
  const { id: gone } = await system.endpoint(URL);
  for (let n = 0; n < 4; n++) await keyIsMade();
  fanOut();
  await system.fannedOut();
  const leases = new DeliveryLeases(pool);
  const limits = { slow: false, most: 9, leaseMs: 60_000, inFlight: new Map(), mostOfOrganization: 9 };
  const [first] = (await leases.claim(limits)).filter(({ webhookId }) => webhookId === id);
  if (first === undefined) throw new Error('there is none');
  const attempt = { attempted_at: 1, duration_ms: 1, response_status: 200, error_class: null, response_body: null };
  await leases.finish(
    [
      {
        deliveryId: first.deliveryId,
        leaseToken: first.leaseToken,
        attempt,
        success: true,
        status: 'delivered',
        againAfterMs: null,
        attemptedAt: 1,
      },
    ],
    1,
  );
  await remove(gone);
  await system.fannedOut();
  const before = [await given(id), await given(gone), await sequences(), await listed()];
  await sendFrom(0);
  expect([await given(id), await given(gone), await sequences(), await listed()]).toEqual(before);

  await system.asOwner('delete from webhooks.deliveries where webhook_id = $1 and sequence = 3', [id]);
  await sendFrom(0);
  expect((await given(id)).toSorted(([, a], [, b]) => (a ?? 0) - (b ?? 0))).toEqual(
    (before[0] as readonly unknown[]).toSorted(),
  );
  await keyIsMade();
  await system.fannedOut();
  expect(await given(id)).toContainEqual(['api_key.created', 5, 'pending']);
});

it('stops at a log that is another one, says what to do, and goes on by it when an operator says so', async () => {
  const { id } = await system.endpoint(URL);
  await keyIsMade();
  const first = fanOut();
  await system.fannedOut();
  await first.stop();
  for (const other of ['position = 99', `position = 2, last_event_id = '00000000-0000-4000-8000-000000000000'`]) {
    await system.asOwner(`update webhooks.fan_out set ${other}`);
    const stopped = fanOut();
    const error = await eventually('its end', () => stopped.status().error);
    expect(error).toMatch(/older than the deliveries, or another one.*npm run webhooks -- send-from POSITION/);
    expect(stopped.status().state).toBe('stopped');
    await sendFrom(0);
    expect(stopped.status()).toMatchObject({ state: 'running', error: null });
    await keyIsMade();
    await system.fannedOut();
    await stopped.stop();
  }
  expect((await given(id)).map(([, sequence]) => sequence)).toEqual([1, 2, 3]);
});

it('has one owner, and another where that stops', async () => {
  const { id } = await system.endpoint(URL);
  const first = fanOut();
  await eventually('an owner', () => (first.status().state === 'running' ? true : null));
  const standby = fanOut();
  await eventually('a standby', () => (standby.status().state === 'standby' ? true : null));
  await keyIsMade();
  await system.fannedOut();
  await first.stop();
  await keyIsMade();
  await system.fannedOut();
  expect(standby.status()).toMatchObject({ state: 'running', error: null });
  expect((await given(id)).map(([, sequence]) => sequence)).toEqual([1, 2]);
});

it('stands by again where another went on meanwhile, and tries again where all may have been put right', async () => {
  await keyIsMade();
  const first = fanOut();
  await system.fannedOut();
  await first.stop();
  const [kept] = await system.asOwner<{ position: string; last_event_id: string }>('select * from webhooks.fan_out');
  const stops = async (options: Partial<FanOutOptions>): Promise<FanOut> => {
    const made = fanOut(options);
    await eventually('its end', () => (made.status().state === 'stopped' ? true : null));
    return made;
  };
  const goesOn = (made: FanOut, name: string) =>
    eventually(name, () => {
      const { state, error } = made.status();
      return (state === 'running' || state === 'standby') && error === null ? true : null;
    });
  await system.asOwner('update webhooks.fan_out set position = 99');
  const waiting = await stops({});
  // By when it has looked where it stopped.
  await eventually('a look', async () => {
    const looks = await system.asOwner(
      `select from pg_stat_activity where datname = current_database() and query like 'select position, send_from, asked%' and state = 'idle'`,
    );
    return looks.length > 0 ? true : null;
  });
  await system.asOwner('update webhooks.fan_out set position = $1', [kept?.position]);
  await goesOn(waiting, 'the one that waited');
  await waiting.stop();

  await system.asOwner('update webhooks.fan_out set last_event_id = $1', ['00000000-0000-4000-8000-000000000000']);
  const trying = await stops({ retryMs: 50 });
  await system.asOwner('update webhooks.fan_out set last_event_id = $1', [kept?.last_event_id]);
  await goesOn(trying, 'the one that tried again');
});

it('reads the log where the bus brings what cannot be understood', async () => {
  const { id } = await system.endpoint(URL);
  const bus = new InProcessBus();
  const made = fanOut({ bus, silenceMs: 600_000 });
  await system.fannedOut();
  await keyIsMade();
  const stored = { id: randomUUID(), type: 'webhook.blessed', data: {}, metadata: apiKeyCreated().metadata };
  const endpoint = { ...stored, stream: 'webhook-1', revision: 1 };
  const position = String(await system.store.head());
  await bus.publish([
    { position, previous: '0', content: { event: null, endpoint, stream: 'webhook-1', revision: 1 } },
  ]);
  await system.fannedOut();
  expect(made.status()).toMatchObject({ state: 'running', error: null });
  expect((await given(id)).map(([, sequence]) => sequence)).toEqual([1]);
});
