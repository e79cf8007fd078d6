import { setTimeout as delay } from 'node:timers/promises';
import { JwtVerifier } from '#libs/auth';
import { NO_STREAM } from '#libs/event-store';
import { apiKeyCreated, eventually, freePort } from '#libs/testing';
import { RunningApi, type ApiAnswer } from '../testing/running-api.js';
import { makeWebhook, WEBHOOK_SETTINGS, WEBHOOK_URL } from '../testing/webhook-api.js';

/*
 * Every status that the OpenAPI document shows for a route of /v1 is met here once, over real stores, so that nothing
 * is documented that cannot happen. What each answer says is the matter of the route's own specs.
 */

/** Not met here, each for a reason; `http-edge.spec` and `idempotent-writes.int.spec` show how they are answered. */
const MET_ELSEWHERE: Readonly<Record<string, string>> = {
  '408': 'a request that takes more than 30 s to arrive',
  '500': 'a mistake of ours, which no request can bring about',
};

interface Route {
  readonly method: string;
  /** `ID` stands for a key, `JOB` for a job, `HOOK` for a webhook endpoint, `DLV` for a delivery. */
  readonly path: string;
  readonly body?: unknown;
  readonly scope?: string;
  /** Takes a body that a request can get wrong. */
  readonly writes: boolean;
  readonly namesOne: boolean;
  /** Of the operator and of workers: with the platform token, and without an idempotency key. */
  readonly operator?: boolean;
}

const NAMES_ONE = /ID|JOB|HOOK/;
const reads = (path: string, scope?: string): Route => {
  return {
    method: 'GET',
    path,
    writes: false,
    namesOne: NAMES_ONE.test(path),
    ...(scope === undefined ? {} : { scope }),
  };
};
const writes = (method: string, path: string, body: unknown, scope = 'keys:manage'): Route => {
  return { method, path, body, scope, writes: true, namesOne: NAMES_ONE.test(path) };
};
/** What no scope lets a key do. */
const adminWrites = (method: string, path: string, body: unknown): Route => {
  return { method, path, body, writes: true, namesOne: false };
};

const ROUTES: readonly Route[] = [
  reads('/v1/whoami'),
  reads('/v1/scopes'),
  reads('/v1/api-keys', 'keys:manage'),
  reads('/v1/api-keys/ID', 'keys:manage'),
  reads('/v1/api-keys/ID/history', 'keys:manage'),
  reads('/v1/system_audit_log', 'audit:read'),
  reads('/v1/system_audit_log/metadata', 'audit:read'),
  reads('/v1/system_audit_log/export', 'audit:read'),
  reads('/v1/activity?target_type=api_key&target_id=ID', 'audit:read'),
  reads('/v1/log', 'audit:read'),
  reads('/v1/events', 'jobs:read'),
  writes('POST', '/v1/api-keys', { name: 'x' }),
  writes('POST', '/v1/api-keys/verify', { key: 'x' }, 'keys:verify'),
  writes('PATCH', '/v1/api-keys/ID', { name: 'x' }),
  writes('POST', '/v1/api-keys/ID/suspend', {}),
  writes('POST', '/v1/api-keys/ID/reactivate', {}),
  writes('POST', '/v1/api-keys/ID/rotate', { grace_period_seconds: 60 }),
  writes('POST', '/v1/api-keys/ID/revoke', {}),
  writes('DELETE', '/v1/api-keys/ID', undefined),
  writes('POST', '/v1/system_audit_log/export_ack', { row_count: 1 }, 'audit:read'),
  adminWrites('PUT', '/v1/policy-types/auto', { title: 'Auto' }),
  reads('/v1/policy-types', 'extract:read'),
  reads('/v1/policy-types/auto/schema', 'extract:read'),
  writes('POST', '/v1/jobs', { policy_type: 'auto', input: {} }, 'jobs:write'),
  writes('POST', '/v1/extract', { policy_type: 'auto', input: {}, timeout_seconds: 1 }, 'extract:write'),
  reads('/v1/jobs', 'jobs:read'),
  reads('/v1/jobs/JOB', 'jobs:read'),
  reads('/v1/jobs/JOB/history', 'jobs:read'),
  writes('POST', '/v1/jobs/JOB/cancel', {}, 'jobs:write'),
  writes('POST', '/v1/jobs/JOB/retry', {}, 'jobs:write'),
  reads('/v1/usage', 'usage:read'),
  writes('POST', '/v1/webhooks', { url: WEBHOOK_URL, events: ['job.failed'] }, 'webhooks:write'),
  reads('/v1/webhooks', 'webhooks:read'),
  reads('/v1/webhooks/HOOK', 'webhooks:read'),
  writes('PATCH', '/v1/webhooks/HOOK', { description: 'x' }, 'webhooks:write'),
  writes('POST', '/v1/webhooks/HOOK/pause', {}, 'webhooks:write'),
  writes('POST', '/v1/webhooks/HOOK/activate', {}, 'webhooks:write'),
  writes('POST', '/v1/webhooks/HOOK/rotate-secret', {}, 'webhooks:write'),
  writes('POST', '/v1/webhooks/HOOK/test', { event_type: 'job.failed' }, 'webhooks:write'),
  writes('POST', '/v1/webhooks/HOOK/replay', { since: 1 }, 'webhooks:write'),
  reads('/v1/webhooks/HOOK/deliveries', 'webhooks:read'),
  reads('/v1/webhooks/HOOK/deliveries/DLV', 'webhooks:read'),
  writes('POST', '/v1/webhooks/HOOK/deliveries/DLV/redeliver', {}, 'webhooks:write'),
  writes('DELETE', '/v1/webhooks/HOOK', undefined, 'webhooks:write'),
];
const WORKER_ROUTES: readonly Route[] = [
  writes('POST', '/v1/worker/leases', {}, 'jobs:work'),
  writes('POST', '/v1/worker/jobs/JOB/heartbeat', { lease_token: 'x' }, 'jobs:work'),
  writes('POST', '/v1/worker/jobs/JOB/progress', { lease_token: 'x', percent: 1 }, 'jobs:work'),
  writes('POST', '/v1/worker/jobs/JOB/complete', { lease_token: 'x' }, 'jobs:work'),
  writes('POST', '/v1/worker/jobs/JOB/fail', { lease_token: 'x', error: { code: 'c', message: 'm' } }, 'jobs:work'),
].map((route) => ({ ...route, operator: true }));
const OPERATOR_ROUTES: readonly Route[] = [
  reads('/v1/operator/projections'),
  reads('/v1/operator/queues'),
  writes('POST', '/v1/operator/projections/NAME/rebuild', {}),
  writes('POST', '/v1/operator/projections/NAME/unpark', { stream: 'apiKey-POISONED' }),
].map(({ scope: _none, ...route }) => ({ ...route, operator: true }));
const ALL = [...ROUTES, ...WORKER_ROUTES, ...OPERATOR_ROUTES];
const NO_JOB = 'job_000000000000000000000000';
const withoutId = ({ path }: Route): string =>
  path
    .replace('ID', 'ak_00000000000000000000')
    .replace('JOB', NO_JOB)
    .replace('HOOK', 'whk_00000000000000000000')
    .replace('DLV', 'dlv_00000000000000000000')
    .replace('NAME', 'nothing');
const tokenFor = (api: RunningApi, { operator = false }: Route): string =>
  operator ? api.credentials.platform : api.credentials.admin;

/** Null before the first part of the walk. */
let unseen: readonly string[] | null = null;

/** Runs a part of the walk on an API of its own and notes what is unseen still. */
async function on(options: Parameters<typeof RunningApi.start>[0], walk: (api: RunningApi) => Promise<void>) {
  const api = await RunningApi.start(options);
  try {
    await walk(api);
    const left = api.client.unseen().filter((answer) => answer.split(' ')[1]?.startsWith('/v1/'));
    unseen = unseen === null ? left : unseen.filter((answer) => left.includes(answer));
  } finally {
    await api.stop();
  }
}

async function expectEach(api: RunningApi, status: number, call: (route: Route) => Promise<ApiAnswer>, routes = ALL) {
  for (const route of routes) {
    const answer = await call(route);
    expect([`${route.method} ${route.path}`, answer.status]).toEqual([`${route.method} ${route.path}`, status]);
  }
}

it('serves each route, and refuses each for what is wrong with caller, request, id or state', async () => {
  // Nothing is published here, so that deliveries are made by a look at the log once a second.
  const settings = { ...WEBHOOK_SETTINGS, positionWaitMs: 20_000 };
  await on({ settings, delivering: true }, async (api) => {
    const { admin, platform } = api.credentials;
    const powerless = (await api.key({ access: 'scoped' })).secret;
    const nobody = await api.issuer.sign({ org: 'org_a', user: '', role: 'admin', noSub: true });
    for (const route of ROUTES) {
      const { method, path, body } = route;
      const { target, position } = await targetOf(api, route);
      const headers = { 'x-min-log-position': position };
      const answer = await eventually('an answer', async () => {
        const given = await api.call(admin, method, target, body, headers);
        return given.code === 'read_model_behind' ? null : given;
      });
      expect([path, answer.status < 300]).toEqual([path, true]);
    }
    await expectEach(api, 401, (route) => api.call('nonsense', route.method, withoutId(route), route.body));
    await expectEach(api, 403, (route) => api.call(nobody, route.method, withoutId(route), route.body));
    const scoped = ALL.filter(({ scope }) => scope !== undefined);
    await expectEach(api, 403, (route) => api.call(powerless, route.method, withoutId(route), route.body), scoped);
    await expectEach(api, 400, (route) =>
      api.call(admin, route.method, withoutId(route), route.body, { 'x-api-key': platform }),
    );
    await expectEach(api, 431, (route) =>
      api.call(admin, route.method, withoutId(route), route.body, { 'x-long': 'x'.repeat(16_384) }),
    );
    const nothing = (route: Route) => `${withoutId(route)}${route.path.includes('?') ? '&' : '?'}nothing=1`;
    await expectEach(api, 422, (route) => api.call(tokenFor(api, route), route.method, nothing(route), route.body));
    const named = ALL.filter((route) => !route.path.includes('?') && (route.namesOne || route.path.includes('NAME')));
    await expectEach(
      api,
      404,
      (route) => api.call(tokenFor(api, route), route.method, withoutId(route), route.body),
      named,
    );
    expect((await api.call(admin, 'GET', '/v1/policy-types/nothing/schema')).status).toBe(404);
    const withBody = ALL.filter((route) => route.writes);
    const text = { 'content-type': 'text/plain' };
    await expectEach(
      api,
      415,
      (route) => api.call(tokenFor(api, route), route.method, withoutId(route), 'x', text),
      withBody,
    );
    const large = 'x'.repeat(1_048_577);
    await expectEach(
      api,
      413,
      (route) => api.call(tokenFor(api, route), route.method, withoutId(route), large),
      withBody,
    );
    await inFlight(api, withBody);
    await work(api);
    await operate(api);
  });
});

/** The path of a route with something there that it can be asked for, and the position at which that is readable. */
async function targetOf(
  api: RunningApi,
  { path }: Route,
): Promise<{ readonly target: string; readonly position: string }> {
  const { admin } = api.credentials;
  if (path.includes('HOOK')) return webhookTarget(api, path);
  if (!path.includes('JOB')) {
    const { id, position } = await api.key();
    return { target: path.replace('ID', id), position };
  }
  const job = await api.call(admin, 'POST', '/v1/jobs', { policy_type: 'auto', input: {} });
  const id = String(job.body['id']);
  if (path.endsWith('/retry')) await api.call(admin, 'POST', `/v1/jobs/${id}/cancel`);
  return { target: path.replace('JOB', id), position: job.headers.get('x-log-position') ?? '' };
}

async function webhookTarget(
  api: RunningApi,
  path: string,
): Promise<{ readonly target: string; readonly position: string }> {
  const { id, path: at, headers } = await makeWebhook(api, { events: ['job.failed'] });
  const target = path.replace('HOOK', id);
  if (!path.includes('DLV')) return { target, position: headers.get('x-log-position') ?? '' };
  const tested = await api.call(api.credentials.admin, 'POST', `${at}/test`, { event_type: 'job.failed' });
  const position = tested.headers.get('x-log-position') ?? '';
  return { target: target.replace('DLV', String(tested.body['id'])), position };
}

/** What workers are answered, and what jobs are that ended. */
async function work(api: RunningApi): Promise<void> {
  const { admin, platform } = api.credentials;
  for (const { path, body } of WORKER_ROUTES.slice(1)) {
    const submitted = await api.call(admin, 'POST', '/v1/jobs', { policy_type: 'auto', input: {}, priority: 9 });
    const target = path.replace('JOB', String(submitted.body['id']));
    expect((await api.call(platform, 'POST', target, body)).status).toBe(409);
    const leased = await api.call(platform, 'POST', '/v1/worker/leases', { wait_seconds: 10 });
    const [{ lease_token: token, job }] = leased.body['data'] as readonly [
      { lease_token: string; job: { id: string } },
    ];
    const call = (to: string, more: object) => api.call(platform, 'POST', to, { ...more, lease_token: token });
    expect((await call(path.replace('JOB', job.id), Object(body) as object)).status).toBe(200);
    if (!path.endsWith('/fail')) await call(`/v1/worker/jobs/${job.id}/complete`, {});
    else await api.call(admin, 'POST', `/v1/jobs/${job.id}/cancel`);
    const refused = await api.call(admin, 'POST', `/v1/jobs/${job.id}/${path.endsWith('/fail') ? 'retry' : 'cancel'}`);
    expect(refused.status).toBe(path.endsWith('/fail') ? 200 : 409);
  }
  const extracted = api.call(admin, 'POST', '/v1/extract', { policy_type: 'auto', input: {} });
  for (let isOver = false; !isOver;) {
    const leased = await api.call(platform, 'POST', '/v1/worker/leases', { wait_seconds: 1 });
    for (const { lease_token, job } of leased.body['data'] as readonly { lease_token: string; job: { id: string } }[])
      await api.call(platform, 'POST', `/v1/worker/jobs/${job.id}/complete`, { lease_token });
    isOver = await Promise.race([extracted.then(() => true), delay(10, false)]);
  }
  expect((await extracted).status).toBe(200);
}

/** Of twins one goes first; the others may come while it runs, or after it. */
async function inFlight(api: RunningApi, routes: readonly Route[]): Promise<void> {
  const taken = routes.filter((route) => route.path !== '/v1/api-keys/verify' && route.operator !== true);
  for (const route of taken) {
    const { method, body } = route;
    for (let statuses: number[] = []; !statuses.includes(409);) {
      const { target } = await targetOf(api, route);
      const once = { 'idempotency-key': crypto.randomUUID() };
      const twins = Array.from({ length: 8 }, () => api.call(api.credentials.admin, method, target, body, once));
      statuses = (await Promise.all(twins)).map(({ status }) => status);
    }
  }
}

/** On a stream that no projection of keys can fold; whoever authenticates by a key is refused from then on. */
async function operate(api: RunningApi): Promise<void> {
  const { type, data, metadata } = apiKeyCreated({}, { org_id: 'org_a' });
  const poison = { id: crypto.randomUUID(), type, data: { ...data, name: 7 }, metadata };
  await api.eventStore.append('apiKey-POISONED', NO_STREAM, [poison]);
  const call = (method: string, path: string, body?: unknown) => api.call(api.credentials.platform, method, path, body);
  await eventually('the parked stream', async () => {
    const { text } = await call('GET', '/v1/operator/projections');
    return text.includes('apiKey-POISONED') || null;
  });
  for (const { method, path, body } of OPERATOR_ROUTES) {
    const { status } = await call(method, path.replace('NAME', 'api-keys'), body);
    expect([path, status < 300]).toEqual([path, true]);
  }
}

it('limits each route: credentials by rate, and those that fail by address', async () => {
  await on({ settings: { authFailuresPerMinute: 1 } }, async (api) => {
    await api.call('nonsense', 'GET', '/v1/whoami');
    await expectEach(api, 429, (route) => api.call('nonsense', route.method, withoutId(route), route.body));
  });
});

it('answers 502 on each route while the identity provider is away', async () => {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const times = { now: () => Date.now(), monotonic: () => performance.now() };
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const jwt = JwtVerifier.ofOidcIssuer({ issuer, audience: 'keyledger', logger, ...times });
  await on({ jwt }, async (api) => {
    const token = await api.issuer.sign({ org: 'org_a', user: 'user_1', role: 'admin', issuer });
    await expectEach(api, 502, (route) => api.call(token, route.method, withoutId(route), route.body));
  });
});

const ignore = (): void => undefined;

it('answers 503 on each route to a key while the event store is away', async () => {
  await on({ settings: { directoryStaleAfterMs: 2_000 } }, async (api) => {
    const { secret } = await api.key({ scopes: ['keys:manage', 'audit:read', 'keys:verify'] });
    await api.eventStore.close();
    while ((await api.call(secret, 'GET', '/v1/whoami')).status !== 503) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await expectEach(api, 503, (route) => api.call(secret, route.method, withoutId(route), route.body));
  });
});

it('has met every answer that is documented', () => {
  expect(unseen?.filter((answer) => MET_ELSEWHERE[answer.split(' ')[2] ?? ''] === undefined)).toEqual([]);
});
