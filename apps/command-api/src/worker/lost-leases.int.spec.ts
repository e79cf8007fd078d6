import pg from 'pg';
import { roleUrl } from '#libs/postgres';
import { eventually } from '#libs/testing';
import { RunningApi, type ApiAnswer } from '../testing/running-api.js';

let api: RunningApi;
let worker: string;
let owner: pg.Client;
beforeAll(async () => {
  api = await RunningApi.start();
  worker = (await api.key({ scopes: ['jobs:work'] })).secret;
  owner = new pg.Client({ connectionString: api.ownerUrl });
  await owner.connect();
  await api.call(api.credentials.admin, 'PUT', '/v1/policy-types/auto', { title: 'Auto' });
});
afterAll(async () => {
  await owner.end();
  await api.stop();
});

const post = (path: string, body: unknown = {}, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'POST', path, body);
const report = (id: string, token: string, body: Readonly<Record<string, unknown>> = {}): Promise<ApiAnswer> =>
  post(`/v1/worker/jobs/${id}/complete`, { lease_token: token, result: 1, ...body }, worker);

let types = 0;

/** A job of a type of its own, that no other comes back between, and which a worker runs. */
async function running(): Promise<{ readonly id: string; readonly token: string }> {
  const type = `type_${types++}`;
  await api.call(api.credentials.admin, 'PUT', `/v1/policy-types/${type}`, { title: 'Its own' });
  const id = String((await post('/v1/jobs', { policy_type: type, input: {} })).body['id']);
  const { body } = await post(
    '/v1/worker/leases',
    { wait_seconds: 30, lease_seconds: 600, policy_types: [type] },
    worker,
  );
  const [leased] = body['data'] as readonly [{ readonly lease_token: string; readonly job: { readonly id: string } }];
  expect(leased.job.id).toBe(id);
  return { id, token: leased.lease_token };
}

/** Its clock is the database's, which no test can turn. */
const endLease = (id: string): Promise<unknown> =>
  owner.query(`update job_queue.leases set expires_at = clock_timestamp() where job_id = $1 and ended_at is null`, [
    id,
  ]);

const job = (id: string): Promise<ApiAnswer> => api.call(api.credentials.admin, 'GET', `/v1/jobs/${id}`);

/** The job once its newest attempt is known to be lost. */
const lost = (id: string): Promise<ApiAnswer> =>
  eventually('the loss', async () => {
    const answer = await job(id);
    const history = answer.body['attempt_history'] as readonly { readonly outcome: string | null }[];
    return history.at(-1)?.outcome === 'lease_expired' ? answer : null;
  });

it('counts an attempt whose lease ended as failed, and has it tried again later', async () => {
  const { id } = await running();
  await endLease(id);
  const { body } = await lost(id);
  expect(body).toMatchObject({ status: 'pending', attempts: 1, error: { code: 'lease_expired' } });
  expect(Number(body['next_attempt_at']) - Number(body['created_at'])).toBeGreaterThanOrEqual(4);
});

it('refuses everything of an attempt from the end of its lease on, and records what it spent, once', async () => {
  const { id, token } = await running();
  await endLease(id);
  const beat = await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: token }, worker);
  const progress = await post(`/v1/worker/jobs/${id}/progress`, { lease_token: token, percent: 1 }, worker);
  const usage = { input_tokens: 3, cost_usd: '0.000001' };
  const late = [await report(id, token, { usage }), await report(id, token, { usage })];
  expect([beat, progress, ...late].map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'lease_lost'));
  const { body } = await lost(id);
  await eventually('what was spent', async () =>
    JSON.stringify((await job(id)).body['usage']).includes('"input_tokens":3') ? true : null,
  );
  expect((await job(id)).body).toMatchObject({ attempts: 1, usage: { input_tokens: 3, cost_usd: '0.000001' } });
  expect(body['result']).toBeNull();
});

it('finishes what another closer began and left', async () => {
  const { id } = await running();
  await owner.query(
    `update job_queue.leases set expires_at = clock_timestamp(), closed_at = clock_timestamp(),
       closing_until = clock_timestamp() - interval '1 second' where job_id = $1`,
    [id],
  );
  await lost(id);
});

it('hands out again what was claimed but never begun', async () => {
  const id = String((await post('/v1/jobs', { policy_type: 'auto', input: {} })).body['id']);
  // As a node leaves it that dies between the row and the event.
  await owner.query(
    `insert into job_queue.leases (org_id, job_id, attempt, lease_seconds, expires_at, holder)
     values ('org_a', $1, 1, 30, clock_timestamp() + interval '1 second', 'nobody')`,
    [id],
  );
  const { body } = await post('/v1/worker/leases', { wait_seconds: 10, policy_types: ['auto'] }, worker);
  expect(body['data']).toEqual([expect.objectContaining({ attempt: 1 })]);
  await report(id, (body['data'] as readonly [{ lease_token: string }])[0].lease_token);
  expect((await job(id)).status).toBe(200);
});

it('gives attempts a lease anew whose rows were lost with the database', async () => {
  const { id, token } = await running();
  await eventually('the read model', async () => ((await job(id)).body['status'] === 'processing' ? true : null));
  await owner.query('delete from job_queue.leases where job_id = $1', [id]);
  await owner.query(`set keyledger.queue = 'on'`);
  await owner.query('select job_queue.recover_leases()');
  expect((await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: token }, worker)).status).toBe(200);
  expect((await report(id, token)).body).toMatchObject({ status: 'completed' });
});

it('knows neither jobs nor tokens of another organization', async () => {
  const { id, token } = await running();
  const foreign = await api.key({ scopes: ['jobs:work'] }, api.credentials.other);
  const answers = [
    await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: token }, foreign.secret),
    await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: 'x' }, foreign.secret),
    await post(`/v1/worker/jobs/job_${'0'.repeat(24)}/heartbeat`, { lease_token: token }, worker),
    await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: 'x' }, worker),
  ];
  expect(answers.map(({ status, code }) => [status, code])).toEqual([
    ...Array.from({ length: 3 }, () => [404, 'job_not_found']),
    [409, 'lease_lost'],
  ]);
  expect((await post('/v1/worker/leases', {}, foreign.secret)).body).toEqual({ data: [] });
  expect((await report(id, token)).status).toBe(200);
});

it('tells the operator what waits, by organization', async () => {
  await post('/v1/jobs', { policy_type: 'auto', input: {} });
  await eventually('the queue', async () => {
    const { body } = await api.call(api.credentials.platform, 'GET', '/v1/operator/queues');
    const [queue] = body['data'] as readonly { readonly org_id: string; readonly queued: number }[];
    return queue?.org_id === 'org_a' && queue.queued > 0 ? true : null;
  });
});

it('shows the api role the leases of one organization at a time, and those of all where it hands out work', async () => {
  const { id, token } = await running();
  const client = new pg.Client({ connectionString: roleUrl(api.ownerUrl, 'api') });
  await client.connect();
  const seen = async (): Promise<number> =>
    (await client.query('select from job_queue.leases where job_id = $1', [id])).rowCount ?? 0;
  try {
    expect(await seen()).toBe(0);
    await client.query(`set keyledger.org_id = 'org_b'`);
    expect(await seen()).toBe(0);
    await client.query(`set keyledger.org_id = 'org_a'`);
    expect(await seen()).toBe(1);
    await client.query(`set keyledger.org_id = ''; set keyledger.queue = 'on'`);
    expect(await seen()).toBe(1);
    const { rows } = await client.query(
      `select relforcerowsecurity from pg_class where oid = 'job_queue.leases'::regclass`,
    );
    expect(rows).toEqual([{ relforcerowsecurity: true }]);
  } finally {
    await client.end();
  }
  await report(id, token);
});
