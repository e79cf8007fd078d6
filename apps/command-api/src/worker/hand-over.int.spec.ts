import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
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
  await api.call(api.credentials.other, 'PUT', '/v1/policy-types/auto', { title: 'Auto' });
});
afterAll(async () => {
  await owner.end();
  await api.stop();
});

const submit = async (credential = api.credentials.admin, body: object = {}): Promise<string> =>
  String((await api.call(credential, 'POST', '/v1/jobs', { policy_type: 'auto', input: {}, ...body })).body['id']);
const lease = (body: object): Promise<ApiAnswer> =>
  api.call(worker, 'POST', '/v1/worker/leases', { lease_seconds: 600, ...body });
const jobsIn = ({ body }: ApiAnswer): readonly string[] =>
  (body['data'] as readonly { readonly job: { readonly id: string } }[]).map(({ job }) => job.id);

/** While the work is done, the read model of jobs does not move: its checkpoint is held. */
async function withoutReadModel<T>(work: () => Promise<T>): Promise<T> {
  await owner.query('begin');
  await owner.query(`select from read_models.projection_checkpoints where projection = 'jobs' for update`);
  return work().finally(() => owner.query('rollback'));
}

async function waiting(workers: number): Promise<void> {
  const line = `keyledger_workers_waiting ${workers}\n`;
  await eventually(line, async () => {
    const { text } = await api.call(api.credentials.platform, 'GET', '/metrics');
    return text.includes(line) ? true : null;
  });
}

it('hands a job to a worker that waits on the same node before any read model has it', async () => {
  const asked = lease({ wait_seconds: 30 });
  await waiting(1);
  const [id, leased] = await withoutReadModel(async () => [await submit(), await asked] as const);
  expect(jobsIn(leased)).toEqual([id]);
});

it('hands each job out once, also where the read model shows it to others meanwhile', async () => {
  const asked = Array.from({ length: 8 }, () => lease({ wait_seconds: 30, max: 2 }));
  await waiting(8);
  const ids = await Promise.all(Array.from({ length: 12 }, () => submit()));
  const leased = (await Promise.all(asked)).flatMap(jobsIn);
  while (leased.length < ids.length) leased.push(...jobsIn(await lease({ wait_seconds: 30, max: 12 })));
  leased.push(...jobsIn(await lease({ max: 12 })));
  expect([...leased].sort()).toEqual([...ids].sort());
});

it('hands no job to a worker of another organization', async () => {
  const asked = lease({ wait_seconds: 30 });
  await waiting(1);
  const foreign = await submit(api.credentials.other);
  await delay(100);
  const own = await submit();
  expect([jobsIn(await asked), foreign === own]).toEqual([[own], false]);
});

it('hands out what was put off in its turn, once its time has come', async () => {
  await api.call(api.credentials.admin, 'PUT', '/v1/policy-types/later', { title: 'Later' });
  const soon = Math.floor(Date.now() / 1_000) + 2;
  const later = { policy_type: 'later' };
  const low = await submit(api.credentials.admin, { ...later, priority: 1 });
  const high = await submit(api.credentials.admin, { ...later, priority: 8, scheduled_for: soon });
  await submit(api.credentials.admin, { ...later, priority: 9, scheduled_for: soon + 3_600 });
  await eventually('its time', async () => {
    const { body } = await api.call(api.credentials.admin, 'GET', `/v1/jobs/${high}`);
    return body['status'] === 'queued' ? true : null;
  });
  const middle = await submit(api.credentials.admin, { ...later, priority: 5 });
  await eventually('all of them', async () => {
    const { body } = await api.call(api.credentials.admin, 'GET', '/v1/jobs?status=queued&policy_type=later');
    return (body['data'] as readonly unknown[]).length === 3 ? true : null;
  });
  const taken: string[] = [];
  for (const policy_types of [['later', 'auto'], ['later'], undefined])
    taken.push(...jobsIn(await lease({ policy_types })));
  expect(taken).toEqual([high, middle, low]);
});
