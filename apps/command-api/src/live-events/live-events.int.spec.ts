import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { jobStream } from '#libs/domain';
import { NO_STREAM } from '#libs/event-store';
import { eventually, jobSubmitted } from '#libs/testing';
import { EventStream } from '../testing/event-stream.js';
import { RunningApi, type ApiAnswer, type TestKey } from '../testing/running-api.js';

let api: RunningApi;
const streams: EventStream[] = [];
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());
afterEach(() => streams.splice(0).forEach((stream) => stream.close()));

async function listen(credential = api.credentials.admin, lastEventId?: string): Promise<EventStream> {
  const stream = await EventStream.open(api.url, {
    credential,
    ...(lastEventId === undefined ? {} : { lastEventId }),
  });
  streams.push(stream);
  if (stream.status === 200) await stream.opened();
  return stream;
}
const change = (key: TestKey, action: string, body: unknown = {}) =>
  api.call(api.credentials.admin, 'POST', `/v1/api-keys/${key.id}/${action}`, body);
/** Numbers of the organization's log from one on. */
const numbers = (from: unknown, count: number) => Array.from({ length: count }, (_, index) => Number(from) + index);

describe('what is sent', () => {
  it('is one event for each change from now on, with the status where it changed', async () => {
    await api.key({ name: 'Before' });
    const stream = await listen();
    const key = await api.key();
    await api.call(api.credentials.admin, 'PATCH', `/v1/api-keys/${key.id}`, { name: 'Renamed' });
    await change(key, 'suspend');
    await change(key, 'reactivate');
    const rotated = await change(key, 'rotate', { grace_period_seconds: 60 });
    await change(key, 'revoke');
    const events = await stream.received(6);
    const { id } = key;
    const occurred_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    const first = Number(stream.seqs[0]);
    const about = (event_type: string, offset: number, more = {}) => {
      return { id, event_type, seq: first + offset, occurred_at, ...more };
    };
    expect(rotated.status).toBe(200);
    expect(events.map(({ event }) => event)).toEqual(events.map(() => 'api_key.updated'));
    expect(events.map(({ data }) => data)).toEqual([
      about('api_key.created', 0, { status: 'active' }),
      about('api_key.updated', 1),
      about('api_key.suspended', 2, { status: 'suspended' }),
      about('api_key.reactivated', 3, { status: 'active' }),
      about('api_key.rotated', 4, { status: 'rotating' }),
      about('api_key.revoked', 5, { status: 'revoked' }),
    ]);
    expect(new Set(events.map((event) => event.id)).size).toBe(6);
  });

  it('has the head of a stream that nobody keeps or gathers', async () => {
    const { answer, others } = await listen();
    expect([answer.statusCode, answer.headers]).toMatchObject([
      200,
      { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    ]);
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(others[0]).toMatch(/^retry: [12]\d{3}\nid: \S+$/);
    const head = await api.call(api.credentials.admin, 'HEAD', '/v1/events');
    expect([head.status, head.headers.get('content-type'), head.text]).toEqual([200, 'text/event-stream', '']);
  });

  it('is a comment every 15 seconds where nothing happens', async () => {
    const stream = await listen(api.credentials.other);
    await eventually('a comment', () => (stream.others.includes(': ') ? true : null));
    expect([stream.events, stream.hasEnded]).toEqual([[], false]);
  });

  it('leaves out denied attempts and exports, though they count', async () => {
    const stream = await listen();
    await api.key();
    await api.call(api.credentials.admin, 'POST', '/v1/system_audit_log/export_ack', { row_count: 0 });
    await api.key();
    await stream.received(2);
    expect(stream.seqs).toEqual([Number(stream.seqs[0]), Number(stream.seqs[0]) + 2]);
  });
});

describe('who may listen', () => {
  it('is refused without a scope that would show anything, and the first is named', async () => {
    const { secret } = await api.key({ access: 'scoped', scopes: ['audit:read', 'usage:read'] });
    const answer = await api.call(secret, 'GET', '/v1/events');
    expect(answer).toMatchObject({ status: 403, code: 'insufficient_scope' });
    expect(answer.body).toMatchObject({ detail: { required_scope: 'jobs:read' } });
    expect(await api.call(api.credentials.platform, 'GET', '/v1/events')).toMatchObject({ status: 401 });
    expect(await api.call(null, 'GET', '/v1/events')).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('hears of keys only where it could read them', async () => {
    const { secret: manager } = await api.key({ scopes: ['keys:manage'] });
    const { secret: worker } = await api.key({ access: 'scoped', scopes: ['jobs:read'] });
    const may = await Promise.all([listen(), listen(api.credentials.auditor), listen(manager)]);
    const mayNot = await Promise.all([listen(api.credentials.member), listen(worker)]);
    for (const count of [1, 2]) {
      await api.key();
      for (const stream of may) await stream.received(count);
    }
    expect(mayNot.map(({ events }) => events)).toEqual([[], []]);
  });

  it('hears nothing of another organization, not even by its places', async () => {
    const [own, other] = [await listen(), await listen(api.credentials.other)];
    await api.key({}, api.credentials.other);
    await other.received(1);
    await api.key();
    await own.received(1);
    expect(own.events[0]?.data['id']).not.toBe(other.events[0]?.data['id']);
    expect([own.events.length, other.events.length]).toEqual([1, 1]);
    for (const place of [other.lastEventId, own.lastEventId.slice(0, -2), 'nonsense']) {
      const answer = await api.call(api.credentials.admin, 'GET', '/v1/events', undefined, { 'last-event-id': place });
      expect(answer).toMatchObject({ status: 422, code: 'validation_failed', fields: ['Last-Event-ID'] });
    }
    expect(await api.call(api.credentials.admin, 'GET', '/v1/events?after=1')).toMatchObject({ status: 422 });
  });
});

describe('coming back', () => {
  it('goes on right behind the place, however old, also where nothing was sent yet', async () => {
    const first = await listen();
    const { lastEventId: opening } = first;
    first.close();
    for (let n = 0; n < 30; n++) await api.key();
    const again = await listen(api.credentials.admin, opening);
    const events = await again.received(30);
    expect(again.seqs).toEqual(numbers(again.seqs[0], 30));
    const middle = await listen(api.credentials.auditor, events[9]?.id);
    await middle.received(20);
    await api.key();
    await middle.received(21);
    expect(middle.seqs).toEqual(numbers(Number(again.seqs[0]) + 10, 21));
    const start = await listen(api.credentials.admin, middle.events[0]?.id);
    await start.received(20);
    expect(start.seqs).toEqual(middle.seqs.slice(1));
  });

  it('misses nothing and repeats nothing while others write, wherever it breaks off', async () => {
    let writing = true;
    const from = await listen();
    const { lastEventId: opening } = from;
    const writers = Array.from({ length: 4 }, async () => {
      let written = 0;
      for (; writing; written++) await api.key();
      return written;
    });
    const seqs: unknown[] = [];
    let place = opening;
    for (let round = 0; round < 20; round++) {
      const stream = await listen(api.credentials.admin, place);
      await stream.received(1 + (round % 7));
      stream.close();
      seqs.push(...stream.seqs);
      place = stream.lastEventId;
    }
    writing = false;
    const written = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    const rest = await listen(api.credentials.admin, place);
    if (seqs.length < written) await rest.received(written - seqs.length);
    await from.received(written);
    expect([...seqs, ...rest.seqs]).toEqual(numbers(seqs[0], written));
    expect(from.seqs).toEqual(numbers(seqs[0], written));
  });
});

describe('around a stream that is parked', () => {
  const job = jobSubmitted();
  const stream = jobStream(job.data.job_id);
  const parked = async (): Promise<readonly unknown[]> => {
    const { body } = await api.call(api.credentials.platform, 'GET', '/v1/operator/projections');
    const projections = body['data'] as readonly {
      readonly name: string;
      readonly parked_streams: readonly unknown[];
    }[];
    return projections.find(({ name }) => name === 'audit-log')?.parked_streams ?? [];
  };

  it('stops before what is missing, and goes on with it once that is there, without a gap or a repeat', async () => {
    const before = await listen();
    const { lastEventId: opening } = before;
    await api.key();
    await before.received(1);
    // No release writes such an event; one of a later release may look so to this one.
    const unreadable = { id: randomUUID(), ...job, data: { ...job.data, policy_type: 7 } };
    await api.eventStore.append(stream, NO_STREAM, [unreadable]);
    const behind = await api.key();
    await before.ended();
    expect(before.events).toHaveLength(1);
    const headers = { 'x-min-log-position': behind.position };
    await api.call(api.credentials.admin, 'GET', '/v1/system_audit_log', undefined, headers);
    expect(await parked()).toMatchObject([{ stream }]);
    const resumed = (place: string): Promise<ApiAnswer> =>
      api.call(api.credentials.admin, 'GET', '/v1/events', undefined, { 'last-event-id': place });
    expect(await resumed(before.lastEventId)).toMatchObject({ status: 503, code: 'read_model_behind' });
    // From further back there is something to send first.
    expect(await resumed(opening)).toMatchObject({ status: 200 });
    const anew = await listen();
    await asOwner(`update event_store.events set data = $1 where stream = $2`, JSON.stringify(job.data), stream);
    const unpark = { stream };
    await api.call(api.credentials.platform, 'POST', '/v1/operator/projections/audit-log/unpark', unpark);
    await eventually('the end of parking', async () => ((await parked()).length === 0 ? true : null));
    const after = await listen(api.credentials.admin, before.lastEventId);
    await after.received(2);
    expect(after.events.map(({ event }) => event)).toEqual(['job.updated', 'api_key.updated']);
    const all = await listen(api.credentials.admin, opening);
    await all.received(3);
    expect([...before.seqs, ...after.seqs]).toEqual(all.seqs);
    expect(all.seqs).toEqual(numbers(all.seqs[0], 3));
    // Whoever began anew meanwhile began behind it.
    await api.key();
    for (const each of [after, all, anew]) {
      await eventually('the next', () => (each.seqs.includes(Number(all.seqs[0]) + 3) ? true : null));
    }
    expect([after, all, anew].map(({ events }) => events.length)).toEqual([3, 4, 1]);
  });
});

async function asOwner(statement: string, ...values: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: api.ownerUrl });
  await client.connect();
  await client.query(statement, [...values]);
  await client.end();
}

describe('the end of a credential', () => {
  it.each<[string, (key: TestKey) => Promise<unknown>]>([
    ['revoked', (key) => change(key, 'revoke')],
    ['suspended', (key) => change(key, 'suspend')],
    ['deleted', (key) => api.call(api.credentials.admin, 'DELETE', `/v1/api-keys/${key.id}`)],
    ['rotated away', (key) => change(key, 'rotate')],
    ['without its scope', (key) => api.call(api.credentials.admin, 'PATCH', `/v1/api-keys/${key.id}`, { scopes: [] })],
  ])('ends the streams of a key that is %s, and no other', async (_, end) => {
    const keys = [await api.key({ scopes: ['keys:manage'] }), await api.key({ scopes: ['keys:manage'] })];
    const [ending, other] = [await listen(keys[0]?.secret), await listen(keys[1]?.secret)];
    await end(keys[0] as TestKey);
    await ending.ended();
    expect([ending.isComplete, other.hasEnded]).toEqual([true, false]);
  });

  it('is reached by the clock', async () => {
    const key = await api.key({ scopes: ['keys:manage'], seconds_until_expiration: 2 });
    const token = await api.issuer.sign({ org: 'org_a', user: 'user_1', role: 'admin', expiresInSeconds: 2 });
    for (const stream of await Promise.all([listen(key.secret), listen(token)])) {
      await stream.ended();
      expect(stream.isComplete).toBe(true);
    }
  });
});

it('counts a stream as one request and shows how many are open', async () => {
  const before = await figures();
  const stream = await listen();
  expect((await figures()).open).toBe(before.open + 1);
  stream.close();
  await eventually('the end', async () => ((await figures()).open === before.open ? true : null));
  expect((await figures()).left).toBe(before.left + 1);
});

async function figures(): Promise<{ readonly open: number; readonly left: number }> {
  const { text } = await api.call(api.credentials.platform, 'GET', '/metrics');
  const figure = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    open: figure('keyledger_live_event_streams'),
    left: figure('keyledger_live_event_streams_ended_total\\{reason="client"\\}'),
  };
}
