import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, eventually, proxyStore, StartedSystem, storesOf, type Node, type TcpProxy } from '#libs/testing';
import { EventStream } from '../testing/event-stream.js';

const MANY = 1_000;
const MOST_BYTES_A_STREAM = 100_000;

let system: StartedSystem;
const streams: EventStream[] = [];
afterEach(() => streams.splice(0).forEach((stream) => stream.close()));
afterAll(() => system.dispose());

async function listen(url = system.url, lastEventId = '', credential = system.session.admin_token) {
  const stream = await eventually('a stream', async () => {
    const opened = await EventStream.open(url, { credential, lastEventId });
    // What follows its place is not there yet, which a busy machine may take longer for than the server waits.
    if (opened.status !== 503) return opened;
    opened.close();
    return null;
  });
  streams.push(stream);
  if (stream.status === 200) await stream.opened();
  return stream;
}
const admin = (url = system.url) => new ApiClient(url, system.session.admin_token);
const write = (url?: string, body: object = {}) => admin(url).post('/v1/api-keys', { name: 'x', ...body });
const numbers = (from: unknown, count: number) => Array.from({ length: count }, (_, n) => Number(from) + n);

async function figure(name: string, url = system.url): Promise<number> {
  const { text } = await new ApiClient(url, system.session.platform_token).get('/metrics');
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

describe('one process', () => {
  beforeAll(async () => {
    system = await StartedSystem.start({ env: { LOG_LEVEL: 'error', RATE_LIMIT_RPS: '0' } });
  });

  it('serves 1,000 streams, each with every event, in bounded memory', async () => {
    await write();
    const before = await figure('process_resident_memory_bytes');
    for (let n = 0; n < MANY; n += 50) await Promise.all(Array.from({ length: 50 }, () => listen()));
    expect(await figure('keyledger_live_event_streams')).toBe(MANY);
    for (let n = 0; n < 5; n++) await write();
    for (const stream of streams) await stream.received(5);
    const expected = numbers(streams[0]?.seqs[0], 5);
    expect(streams.filter(({ seqs }) => seqs.join() !== expected.join())).toEqual([]);
    const grown = (await figure('process_resident_memory_bytes')) - before;
    expect(grown / MANY).toBeLessThan(MOST_BYTES_A_STREAM);
    streams.splice(0).forEach((stream) => stream.close());
    await eventually('their end', async () => ((await figure('keyledger_live_event_streams')) === 0 ? true : null));
  });

  it('lets all of them come back at once', async () => {
    const { lastEventId } = await listen();
    await write();
    await Promise.all(Array.from({ length: MANY }, () => listen(system.url, lastEventId)));
    for (const stream of streams) await stream.received(1);
    expect(new Set(streams.flatMap(({ seqs }) => seqs)).size).toBe(1);
  });

  it('loses nothing and repeats nothing while it is killed again and again under a writer', async () => {
    let stream = await listen();
    let writing = true;
    const writer = (async () => {
      let attempts = 0;
      for (; writing; attempts++) await write().catch(() => delay(20));
      return attempts;
    })();
    const seqs: unknown[] = [];
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await stream.received(20);
      const code = await system.kill(signal);
      if (signal === 'SIGTERM') expect(code).toBe(0);
      await stream.ended();
      expect(stream.isComplete).toBe(signal === 'SIGTERM');
      seqs.push(...stream.seqs);
      const { lastEventId } = stream;
      await system.launch();
      stream = await listen(system.url, lastEventId);
    }
    await stream.received(20);
    writing = false;
    expect(await writer).toBeGreaterThan(0);
    const last = await write();
    await eventually('the last one', () =>
      stream.events.some(({ data }) => data['id'] === last.body['id']) ? true : null,
    );
    seqs.push(...stream.seqs);
    expect(seqs).toEqual(numbers(seqs[0], seqs.length));
    await system.dispose();
  });
});

describe('several processes', () => {
  let other: Node;
  let database: { readonly proxy: TcpProxy; readonly url: string };
  beforeAll(async () => {
    system = await StartedSystem.start({ mode: 'apart', env: { LOG_LEVEL: 'error', RATE_LIMIT_RPS: '0' } });
    database = await proxyStore(storesOf(system).databaseUrl);
    const { eventStoreUrl } = storesOf(system);
    other = await system.startApi({ DATABASE_URL: database.url, EVENT_STORE_URL: eventStoreUrl });
    await other.process.ready(other.url);
  });
  afterAll(() => database.proxy.stop());

  it('send the same, wherever it was written, and take the places of one another', async () => {
    const [here, there] = [await listen(), await listen(other.url)];
    for (let n = 0; n < 10; n++) await write(n % 2 === 0 ? system.url : other.url);
    await here.received(10);
    await there.received(10);
    expect(there.events.map(({ data }) => data)).toEqual(here.events.map(({ data }) => data));
    const back = await listen(system.url, there.events[3]?.id);
    await back.received(6);
    expect(back.seqs).toEqual(here.seqs.slice(4));
  });

  it('send what becomes of a job, wherever it is worked on, and go on in the midst of it', async () => {
    await admin().request('PUT', '/v1/policy-types/auto', { body: { title: 'Auto' } });
    const [here, there] = [await listen(), await listen(other.url)];
    const submitted = await admin().post('/v1/jobs', { policy_type: 'auto', input: {} });
    const id = String(submitted.body['id']);
    const worker = new ApiClient(other.url, system.session.platform_token);
    const { body } = await worker.post('/v1/worker/leases', { wait_seconds: 30 });
    const [leased] = body['data'] as readonly { readonly lease_token: string }[];
    const report = (what: string, said: object) =>
      worker.post(`/v1/worker/jobs/${id}/${what}`, { lease_token: leased?.lease_token, ...said });
    await report('progress', { percent: 40 });
    await report('complete', { result: { ok: true } });
    await here.received(4);
    await there.received(4);
    expect(here.events.map(({ event, data }) => [event, data])).toMatchObject([
      ['job.updated', { id, event_type: 'job.submitted', status: 'queued' }],
      ['job.updated', { id, event_type: 'job.leased', status: 'processing' }],
      ['job.updated', { id, event_type: 'job.progressed', progress: { percent: 40, message: null } }],
      ['job.updated', { id, event_type: 'job.completed', status: 'completed' }],
    ]);
    expect(there.events.map(({ data }) => data)).toEqual(here.events.map(({ data }) => data));
    const back = await listen(other.url, here.events[1]?.id);
    await back.received(2);
    expect(back.events.map(({ data }) => data)).toEqual(here.events.slice(2).map(({ data }) => data));
  });

  it('end the streams of a key that was revoked on another', async () => {
    const { body } = await write(system.url, { scopes: ['keys:manage'] });
    const stream = await listen(other.url, '', String(body['secret']));
    expect(stream.status).toBe(200);
    await admin().post(`/v1/api-keys/${String(body['id'])}/revoke`);
    await stream.ended();
    expect(stream.isComplete).toBe(true);
  });

  it('keep a stream open while the database is away, and miss nothing', async () => {
    const stream = await listen(other.url);
    await write();
    await stream.received(1);
    database.proxy.cut();
    for (let n = 0; n < 5; n++) await write();
    await delay(2_000);
    expect([stream.events.length, stream.hasEnded]).toEqual([1, false]);
    database.proxy.heal();
    await stream.received(6);
    expect(stream.seqs).toEqual(numbers(stream.seqs[0], 6));
  });

  it('notice a database that has only gone silent', async () => {
    const stream = await listen(other.url);
    database.proxy.stall((head) => head.includes('keyledger news'));
    await write();
    await stream.received(1);
    expect(stream.hasEnded).toBe(false);
    database.proxy.heal();
  });

  it('tell a reader to come back elsewhere as they stop', async () => {
    const stream = await listen(other.url);
    expect(await other.process.kill('SIGTERM')).toBe(0);
    await stream.ended();
    expect(stream.isComplete).toBe(true);
    await write();
    const back = await listen(system.url, stream.lastEventId);
    await back.received(1);
    expect(back.events).toHaveLength(1);
  });
});
