import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '#libs/testing';
import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

let api: RunningApi;
let worker: string;
/** Another node over the same stores. */
let other: string;
beforeAll(async () => {
  api = await RunningApi.start();
  other = await api.anotherNode();
  worker = (await api.key({ scopes: ['jobs:work'] })).secret;
  await api.call(api.credentials.admin, 'PUT', '/v1/policy-types/auto', { title: 'Auto' });
});
afterAll(() => api.stop());

interface Leased {
  readonly lease_token: string;
  readonly job: { readonly id: string };
}

const BODY = { policy_type: 'auto', input: {}, timeout_seconds: 60 };
const extract = (key: string, body: object = BODY): Promise<ApiAnswer> =>
  api.call(api.credentials.admin, 'POST', '/v1/extract', body, { 'idempotency-key': key });

/** On the other node. */
async function extractThere(key: string, signal?: AbortSignal) {
  const answer = await fetch(`${other}/v1/extract`, {
    ...{ method: 'POST', body: JSON.stringify(BODY), ...(signal === undefined ? {} : { signal }) },
    headers: {
      ...{ authorization: `Bearer ${api.credentials.admin}`, 'content-type': 'application/json' },
      'idempotency-key': key,
    },
  });
  const body: unknown = await answer.json();
  return { status: answer.status, body, replayed: answer.headers.get('idempotent-replayed') };
}

async function lease(): Promise<Leased> {
  const { body } = await api.call(worker, 'POST', '/v1/worker/leases', { wait_seconds: 30 });
  const [leased] = body['data'] as readonly Leased[];
  if (leased === undefined) throw new Error('there was no work');
  return leased;
}
const report = ({ job, lease_token }: Leased, how: 'complete' | 'fail', body: object): Promise<ApiAnswer> =>
  api.call(worker, 'POST', `/v1/worker/jobs/${job.id}/${how}`, { lease_token, ...body });

it('answers when the job has ended, until then that it is running, and again so, on every node', async () => {
  const asked = extract('first');
  const leased = await lease();
  expect(await extract('first')).toMatchObject({ status: 409, code: 'idempotency_in_flight' });
  expect(await extractThere('first')).toMatchObject({
    ...{ status: 409, body: { detail: { code: 'idempotency_in_flight' } } },
  });
  const completed = await report(leased, 'complete', { result: 'done' });
  const answer = await asked;
  expect([answer.status, answer.body]).toEqual([200, completed.body]);
  expect(answer.body).toMatchObject({ status: 'completed', result: 'done', priority: 9 });
  const again = await extract('first');
  expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([200, answer.body, 'true']);
  expect(await extractThere('first')).toEqual({ status: 200, body: answer.body, replayed: 'true' });
});

it('answers again as the first time though the job was retried', async () => {
  const asked = extract('retried', { ...BODY, max_attempts: 1 });
  await report(await lease(), 'fail', { error: { code: 'ocr', message: 'No text.' } });
  const answer = await asked;
  expect([answer.status, answer.body['status']]).toEqual([200, 'failed']);
  const id = String(answer.body['id']);
  await api.call(api.credentials.admin, 'POST', `/v1/jobs/${id}/retry`);
  expect((await extract('retried', { ...BODY, max_attempts: 1 })).body).toEqual(answer.body);
  await report(await lease(), 'complete', { result: 'at last' });
  const again = await extract('retried', { ...BODY, max_attempts: 1 });
  expect([again.status, again.body, again.headers.get('location')]).toEqual([200, answer.body, `/v1/jobs/${id}`]);
});

it('answers 202 with the job as it was submitted where the time passes, and again so once the job has ended', async () => {
  const short = { ...BODY, timeout_seconds: 1 };
  const answer = await extract('late', short);
  expect([answer.status, answer.body['status']]).toEqual([202, 'queued']);
  const leased = await lease();
  await report(leased, 'complete', { result: 'late' });
  const again = await extract('late', short);
  expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([202, answer.body, 'true']);
  expect(leased.job.id).toBe(answer.body['id']);
});

it('lets whoever lost the connection take the place of the first request at once, with the same job', async () => {
  const lost = new AbortController();
  const asked = extractThere('lost', lost.signal).catch(() => null);
  const leased = await lease();
  lost.abort();
  await asked;
  const again = eventually('the first request is given up', async () => {
    const answer = await extract('lost');
    return answer.code === 'idempotency_in_flight' ? null : answer;
  });
  // Long enough for it to be waiting, which nothing shows; it holds in either order.
  await delay(200);
  const completed = await report(leased, 'complete', { result: 7 });
  const { status, body } = await again;
  expect([status, body]).toEqual([200, completed.body]);
});

it('answers without an Idempotency-Key too', async () => {
  const asked = api.call(api.credentials.admin, 'POST', '/v1/extract', BODY);
  const completed = await report(await lease(), 'complete', { result: 1 });
  expect((await asked).body).toEqual(completed.body);
});
