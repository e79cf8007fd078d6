import { setTimeout as delay } from 'node:timers/promises';
import { RunningApi, type ApiAnswer } from '../testing/running-api.js';

let api: RunningApi;
let worker: string;
beforeAll(async () => {
  api = await RunningApi.start();
  worker = (await api.key({ scopes: ['jobs:work'] })).secret;
  for (const admin of [api.credentials.admin, api.credentials.other]) {
    await api.call(admin, 'PUT', '/v1/policy-types/auto', {
      title: 'Auto',
      input_schema: { properties: { vin: { type: 'string' } } },
      result_schema: { not: { type: 'number', minimum: 100 } },
    });
  }
});
afterAll(() => api.stop());

const post = (path: string, body: unknown = {}, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'POST', path, body);
const submit = (body: Readonly<Record<string, unknown>> = {}): Promise<ApiAnswer> =>
  post('/v1/jobs', { policy_type: 'auto', input: { vin: 'x' }, ...body });
const lease = async (body: Readonly<Record<string, unknown>> = {}, credential = worker): Promise<readonly Leased[]> => {
  const answer = await post('/v1/worker/leases', { wait_seconds: 30, lease_seconds: 600, ...body }, credential);
  expect(answer.status).toBe(200);
  return answer.body['data'] as readonly Leased[];
};

const put = (type: string, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'PUT', `/v1/policy-types/${type}`, { title: type });

interface Leased {
  readonly lease_token: string;
  readonly attempt: number;
  readonly org_id: string;
  readonly input: unknown;
  readonly job: { readonly id: string; readonly status: string };
}

it('takes a job from its submission to its end', async () => {
  const submitted = await submit({ metadata: { ref: 7 } });
  const id = String(submitted.body['id']);
  expect([submitted.status, submitted.headers.get('location')]).toEqual([202, `/v1/jobs/${id}`]);
  expect(submitted.body).toMatchObject({ status: 'queued', source: 'web', key_id: null, metadata: { ref: 7 } });
  expect((await api.getAfter(submitted, `/v1/jobs/${id}`)).body).toEqual(submitted.body);

  const [leased] = await lease({ worker_id: 'w1' });
  expect(leased).toMatchObject({ attempt: 1, org_id: 'org_a', input: { vin: 'x' }, job: { id, status: 'processing' } });
  const token = leased?.lease_token;
  const beat = await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: token }, worker);
  expect(beat.body).toMatchObject({ cancel_requested: false });
  const progress = await post(`/v1/worker/jobs/${id}/progress`, { lease_token: token, percent: 40 }, worker);
  expect(progress.body).toMatchObject({ progress: { percent: 40, message: null } });

  const report = { lease_token: token, result: { ok: true, n: 1 }, usage: { input_tokens: 12, cost_usd: '0.5' } };
  const completed = await post(`/v1/worker/jobs/${id}/complete`, report, worker);
  expect((await api.getAfter(completed, `/v1/jobs/${id}`)).body).toEqual(completed.body);
  expect(completed.body).toMatchObject({
    ...{ status: 'completed', result: { ok: true, n: 1 }, attempts: 1 },
    usage: { input_tokens: 12, cost_usd: '0.500000' },
    attempt_history: [{ attempt: 1, worker_id: 'w1', outcome: 'completed' }],
  });
  const again = { ...report, result: { n: 1, ok: true } };
  expect((await post(`/v1/worker/jobs/${id}/complete`, again, worker)).body).toEqual(completed.body);
  const other = await post(`/v1/worker/jobs/${id}/complete`, { ...report, result: 1 }, worker);
  expect([other.status, other.code]).toEqual([409, 'lease_lost']);
});

it('lets a failed attempt be tried again, and a job that failed for good be retried', async () => {
  const id = String((await submit({ max_attempts: 1 })).body['id']);
  const [leased] = await lease();
  const error = { code: 'ocr', message: 'No text.' };
  const failed = await post(`/v1/worker/jobs/${id}/fail`, { lease_token: leased?.lease_token, error }, worker);
  expect(failed.body).toMatchObject({ status: 'failed', error });
  const retried = await post(`/v1/jobs/${id}/retry`);
  expect(retried.body).toMatchObject({ status: 'queued', max_attempts: 2, finished_at: null, error });
  const [again] = await lease();
  expect(again).toMatchObject({ attempt: 2, job: { id } });
});

it('answers an equal failure as the first, also when the job has gone on', async () => {
  const id = String((await submit({ max_attempts: 2 })).body['id']);
  const [leased] = await lease();
  const body = { lease_token: leased?.lease_token, error: { code: 'ocr', message: 'No text.' } };
  const first = await post(`/v1/worker/jobs/${id}/fail`, body, worker);
  expect(first.body).toMatchObject({ status: 'pending', attempts: 1 });
  await post(`/v1/jobs/${id}/cancel`);
  await post(`/v1/jobs/${id}/retry`);
  const [again] = await lease();
  expect(again).toMatchObject({ attempt: 2, job: { id } });
  expect((await post(`/v1/worker/jobs/${id}/fail`, body, worker)).body).toEqual(first.body);
  await post(`/v1/worker/jobs/${id}/complete`, { lease_token: again?.lease_token }, worker);
});

it('gives the same request its leases once, also while the first is still answered, and spares their rows', async () => {
  const asked = [1, 2, 3].map(() => lease({ request_id: 'twins', max: 2 }));
  await delay(200);
  const ids = [await submit(), await submit(), await submit()].map(({ body }) => String(body['id']));
  const answers = await Promise.all(asked);
  const [first] = answers;
  expect(answers).toEqual([first, first, first]);
  const token = first?.[0]?.lease_token;
  const id = first?.[0]?.job.id;
  await post(`/v1/jobs/${id}/cancel`);
  await lease({ request_id: 'twins', wait_seconds: 0, max: 1 });
  const beat = await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: token }, worker);
  expect(beat.body).toMatchObject({ cancel_requested: true });
  for (const one of ids) await post(`/v1/jobs/${one}/cancel`);
});

it('tells the worker of a cancellation, and records what it says late, once', async () => {
  const id = String((await submit()).body['id']);
  const [leased] = await lease();
  const token = leased?.lease_token;
  expect((await post(`/v1/jobs/${id}/cancel`)).body).toMatchObject({ status: 'cancelled' });
  expect((await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: token }, worker)).body).toMatchObject({
    cancel_requested: true,
  });
  for (let round = 0; round < 2; round++) {
    const late = await post(
      `/v1/worker/jobs/${id}/complete`,
      { lease_token: token, result: 1, usage: { output_tokens: 5 } },
      worker,
    );
    expect([late.status, late.code]).toEqual([409, 'lease_lost']);
  }
  const again = await post(`/v1/jobs/${id}/cancel`);
  expect(again.body).toMatchObject({ status: 'cancelled', usage: { output_tokens: 5 } });
});

it('gives a waiting worker a job as soon as there is one, and the same again to the same request', async () => {
  const asked = lease({ request_id: 'r1' });
  const id = String((await submit()).body['id']);
  const [leased] = await asked;
  expect(leased?.job.id).toBe(id);
  expect((await lease({ request_id: 'r1', wait_seconds: 0 }))[0]?.lease_token).toBe(leased?.lease_token);
});

it('gives nothing to a worker that went away, or whose key was revoked while it waited', async () => {
  const revoked = await api.key({ scopes: ['jobs:work'] });
  const gone = new AbortController();
  const leaving = fetch(`${api.url}/v1/worker/leases`, {
    method: 'POST',
    headers: { authorization: `Bearer ${worker}`, 'content-type': 'application/json' },
    body: JSON.stringify({ wait_seconds: 30 }),
    signal: gone.signal,
  }).catch(() => null);
  await delay(300);
  const refused = post('/v1/worker/leases', { wait_seconds: 30 }, revoked.secret);
  await delay(300);
  gone.abort();
  await leaving;
  await post(`/v1/api-keys/${revoked.id}/revoke`);
  const id = String((await submit()).body['id']);
  expect(await refused).toMatchObject({ status: 401, code: 'invalid_api_key' });
  const [leased] = await lease();
  expect(leased).toMatchObject({ attempt: 1, job: { id } });
});

it('serves organizations turn by turn, within one by priority and then by age', async () => {
  const [low, high] = [await submit({ priority: 1 }), await submit({ priority: 8 })];
  const last = await submit({ priority: 1 });
  const other = await post('/v1/jobs', { policy_type: 'auto', input: {} }, api.credentials.other);
  await api.getAfter(other, '/v1/jobs', api.credentials.other);
  const order = [high, low, last].map(({ body }) => String(body['id']));
  const got: Leased[] = [];
  for (let n = 0; n < 4; n++) got.push(...(await lease({}, api.credentials.platform)));
  expect(got.filter(({ org_id }) => org_id === 'org_a').map(({ job }) => job.id)).toEqual(order);
  expect(got.slice(0, 2).map(({ org_id }) => org_id)).toContain('org_b');
});

it('stops no later attempt for a cancellation that is sent again', async () => {
  const own = { policy_types: ['cancelled'] };
  await put('cancelled');
  const id = String((await submit({ policy_type: 'cancelled' })).body['id']);
  await lease(own);
  const cancel = () =>
    api.call(api.credentials.admin, 'POST', `/v1/jobs/${id}/cancel`, {}, { 'idempotency-key': 'cancel-once' });
  await cancel();
  await post(`/v1/jobs/${id}/retry`);
  const [leased] = await lease(own);
  expect(leased).toMatchObject({ attempt: 2, job: { id } });
  expect((await cancel()).headers.get('idempotent-replayed')).toBe('true');
  const beat = await post(`/v1/worker/jobs/${id}/heartbeat`, { lease_token: leased?.lease_token }, worker);
  expect(beat.body).toMatchObject({ cancel_requested: false });
  await post(`/v1/worker/jobs/${id}/complete`, { lease_token: leased?.lease_token }, worker);
});

it('keeps turns for each kind of worker: the leases of one organization move no other', async () => {
  const own = { policy_types: ['turns'] };
  for (const admin of [api.credentials.admin, api.credentials.other]) {
    await put('turns', admin);
    for (let n = 0; n < 3; n++) {
      const submitted = await post('/v1/jobs', { policy_type: 'turns', input: {} }, admin);
      await api.getAfter(submitted, '/v1/jobs', admin);
    }
  }
  const served: string[] = [];
  for (let n = 0; n < 2; n++) {
    served.push(...(await lease(own, api.credentials.platform)).map(({ org_id }) => org_id));
    await lease(own);
  }
  expect(served.toSorted()).toEqual(['org_a', 'org_b']);
});

it('lists jobs newest first, by filter', async () => {
  const submitted = await submit({ scheduled_for: Math.floor(Date.now() / 1_000) + 3_600 });
  const pending = await api.getAfter(submitted, '/v1/jobs?status=pending');
  expect(pending.body['data']).toEqual([expect.objectContaining({ id: submitted.body['id'], status: 'pending' })]);
  const page = await api.call(api.credentials.member, 'GET', '/v1/jobs?status=completed,cancelled&limit=1');
  expect(page.body).toMatchObject({ has_more: true, data: [{ status: 'completed' }] });
});

it('ends a page of jobs that would be too large early, and goes on behind it', async () => {
  const own = { policy_types: ['heavy'] };
  await put('heavy');
  await Promise.all(Array.from({ length: 18 }, () => submit({ policy_type: 'heavy' })));
  const leased: Leased[] = [];
  while (leased.length < 18) leased.push(...(await lease({ ...own, max: 18 })));
  const complete = ({ job, lease_token: token }: Leased): Promise<ApiAnswer> =>
    post(`/v1/worker/jobs/${job.id}/complete`, { lease_token: token, result: 'x'.repeat(262_000) }, worker);
  await Promise.all(leased.map(complete));
  // Behind all of them.
  const last = await put('behind_heavy');
  const path = '/v1/jobs?policy_type=heavy&limit=200';
  const first = await api.getAfter(last, path);
  const cursor = encodeURIComponent(String(first.body['next_cursor']));
  const rest = await api.call(api.credentials.admin, 'GET', `${path}&cursor=${cursor}`);
  expect([first.body['has_more'], rest.body['has_more']]).toEqual([true, false]);
  expect(Buffer.byteLength(first.text)).toBeLessThan(4_300_000);
  const listed = [first, rest].flatMap(({ body }) => body['data'] as readonly { readonly id: string }[]);
  expect(listed.map(({ id }) => id).toSorted()).toEqual(leased.map(({ job }) => job.id).toSorted());
});

it.each(['job_%00', 'job_a%00b', 'job_', 'nothing'])('knows no job by an id of the wrong form: %s', async (id) => {
  for (const path of [`/v1/jobs/${id}`, `/v1/jobs/${id}/history`]) {
    const answer = await api.call(api.credentials.admin, 'GET', path);
    expect([path, answer.status, answer.code]).toEqual([path, 404, 'job_not_found']);
  }
});

it('refuses what does not fit: unknown types, inputs and results against their schema, wrong shapes', async () => {
  expect(await submit({ policy_type: 'none' })).toMatchObject({ status: 422, code: 'unknown_policy_type' });
  expect(await submit({ input: { vin: 5 } })).toMatchObject({
    ...{ status: 422, code: 'invalid_input', fields: ['/input/vin'] },
  });
  const wrong: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ input: [] }, 'input'],
    [{ input: { big: 'x'.repeat(262_200) } }, 'input'],
    [{ input: JSON.parse(`{"deep":${'['.repeat(150)}${']'.repeat(150)}}`) as unknown }, 'input'],
    [{ priority: 10 }, 'priority'],
    [{ max_attempts: 0 }, 'max_attempts'],
    [{ max_attempts: 26 }, 'max_attempts'],
    [{ scheduled_for: 'tomorrow' }, 'scheduled_for'],
    [{ metadata: { big: 'x'.repeat(16_400) } }, 'metadata'],
    [{ nonsense: 1 }, 'nonsense'],
  ];
  for (const [body, field] of wrong)
    expect(await submit(body)).toMatchObject({ status: 422, code: 'validation_failed', fields: [field] });

  const id = String((await submit()).body['id']);
  const [leased] = await lease();
  const report = (body: unknown): Promise<ApiAnswer> =>
    post(`/v1/worker/jobs/${id}/complete`, { lease_token: leased?.lease_token, ...Object(body) }, worker);
  expect(await report({ result: 100 })).toMatchObject({ status: 422, code: 'invalid_result', fields: ['/result'] });
  for (const usage of [
    { input_tokens: -1 },
    { rag_chunks: 1.5 },
    { cost_usd: '1'.repeat(40) },
    { cost_usd: 1 },
    { x: 1 },
  ])
    expect(await report({ usage })).toMatchObject({ status: 422, code: 'validation_failed', fields: ['usage'] });
  expect((await report({ result: 99 })).status).toBe(200);
});

it('refuses an input that its schema never comes to an end with, and serves others meanwhile', async () => {
  await api.call(api.credentials.admin, 'PUT', '/v1/policy-types/endless', {
    ...{ title: 'Endless', input_schema: { properties: { vin: { pattern: '^(a+)+$' } } } },
  });
  const endless = { policy_type: 'endless', input: { vin: `${'a'.repeat(60)}!` } };
  const asked = [submit(endless), submit(endless), post('/v1/extract', endless)];
  const others = await Promise.all([submit({ policy_type: 'endless', input: { vin: 'a' } }), submit()]);
  for (const answer of await Promise.all(asked))
    expect(answer).toMatchObject({ status: 422, code: 'invalid_input', fields: ['/input'] });
  for (const { status, body } of others) {
    expect(status).toBe(202);
    await post(`/v1/jobs/${String(body['id'])}/cancel`);
  }
});

it.each([
  ['NUL', 'a\u0000b'],
  ['a lone surrogate', '\ud800'],
  ['the second half of a pair alone', 'x\udc00'],
])('refuses %s wherever a client may send it, naming the field', async (_, text) => {
  await submit();
  const [leased] = await lease({ request_id: `refuses ${encodeURI(JSON.stringify(text))}` });
  const [id, token] = [leased?.job.id, leased?.lease_token];
  const error = { code: 'ocr', message: 'No text.' };
  const wrong: readonly (readonly [path: string, body: Readonly<Record<string, unknown>>, field: string])[] = [
    ...[{ a: text }, { [text]: 1 }, { a: [{ b: [text] }] }, { a: { [text]: {} } }].flatMap(
      (json) =>
        [
          ['/v1/jobs', { policy_type: 'auto', input: json }, 'input'],
          ['/v1/jobs', { policy_type: 'auto', input: {}, metadata: json }, 'metadata'],
          ['/v1/extract', { policy_type: 'auto', input: json }, 'input'],
          ['/v1/extract', { policy_type: 'auto', input: {}, metadata: json }, 'metadata'],
          [`/v1/worker/jobs/${id}/complete`, { lease_token: token, result: json }, 'result'],
        ] as const,
    ),
    ['/v1/jobs', { policy_type: text, input: {} }, 'policy_type'],
    [`/v1/worker/jobs/${id}/complete`, { lease_token: token, result: text }, 'result'],
    [`/v1/worker/jobs/${id}/complete`, { lease_token: token, usage: { [text]: 1 } }, 'usage'],
    [`/v1/worker/jobs/${id}/progress`, { lease_token: token, percent: 1, message: text }, 'message'],
    [`/v1/worker/jobs/${id}/fail`, { lease_token: token, error: { ...error, code: text } }, 'error'],
    [`/v1/worker/jobs/${id}/fail`, { lease_token: token, error: { ...error, message: text } }, 'error'],
    [`/v1/worker/jobs/${id}/heartbeat`, { lease_token: text }, 'lease_token'],
    ['/v1/worker/leases', { worker_id: text }, 'worker_id'],
    ['/v1/worker/leases', { request_id: text }, 'request_id'],
    ['/v1/worker/leases', { policy_types: [text] }, 'policy_types'],
  ];
  for (const [path, body, field] of wrong) {
    const answer = await post(path, body, path.startsWith('/v1/worker') ? worker : undefined);
    expect([path, answer.status, answer.code, answer.fields]).toEqual([path, 422, 'validation_failed', [field]]);
  }
  const types = [
    [{ title: text }, 'title'],
    ...[{ description: text }, { properties: { [text]: true } }].flatMap((schema) => [
      [{ title: 'T', input_schema: schema }, 'input_schema'] as const,
      [{ title: 'T', result_schema: schema }, 'result_schema'] as const,
    ]),
    [{ title: 'T', defaults: { [text]: 1 } }, 'defaults'],
  ] as const;
  for (const [body, field] of types) {
    const answer = await api.call(api.credentials.admin, 'PUT', '/v1/policy-types/texts', body);
    expect([answer.status, answer.fields]).toEqual([422, [field]]);
  }
  const result = 'tab\tand line\nbreak, \u{1f600}';
  const completed = await post(`/v1/worker/jobs/${id}/complete`, { lease_token: token, result }, worker);
  expect([completed.status, completed.body['result']]).toEqual([200, result]);
});

it('shows the history of a job, the job after each event, and nothing of it to another organization', async () => {
  const submitted = await submit({ max_attempts: 1 });
  const id = String(submitted.body['id']);
  const [leased] = await lease();
  await post(`/v1/worker/jobs/${id}/complete`, { lease_token: leased?.lease_token, result: { a: 1 } }, worker);
  const cancelled = await post('/v1/jobs', { policy_type: 'auto', input: {} });
  const first = await api.getAfter(cancelled, `/v1/jobs/${id}/history?limit=2`);
  expect(first.body).toMatchObject({
    has_more: true,
    data: [
      { event_type: 'job.submitted', revision: 0, state: { id, status: 'queued' } },
      { event_type: 'job.leased', revision: 1, actor: { type: 'worker' }, state: { status: 'processing' } },
    ],
  });
  const cursor = encodeURIComponent(String(first.body['next_cursor']));
  const rest = await api.call(api.credentials.admin, 'GET', `/v1/jobs/${id}/history?limit=2&cursor=${cursor}`);
  expect(rest.body).toMatchObject({ data: [{ event_type: 'job.completed', state: { result: { a: 1 } } }] });
  for (const path of [`/v1/jobs/${id}/history`, `/v1/jobs/${id}`])
    expect(await api.call(api.credentials.other, 'GET', path)).toMatchObject({ status: 404, code: 'job_not_found' });
  for (const path of ['cancel', 'retry'])
    expect(await post(`/v1/jobs/${id}/${path}`, {}, api.credentials.other)).toMatchObject({ status: 404 });
  expect(await post(`/v1/jobs/${id}/cancel`)).toMatchObject({ status: 409, code: 'job_finished' });
  expect(await post(`/v1/jobs/${id}/retry`)).toMatchObject({ status: 409, code: 'job_not_retryable' });
});
