import { withoutWithheldFields } from '#libs/domain';
import { BEGINNING, type StoredEvent } from '#libs/event-store';
import { eventually } from '#libs/testing';
import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

let api: RunningApi;
let secret: string;

beforeAll(async () => {
  api = await RunningApi.start();
  const { admin } = api.credentials;
  const key = await api.key({ name: 'Deploy', scopes: ['audit:read'], seconds_until_expiration: 3_600 });
  ({ secret } = key);
  await api.key({}, api.credentials.other);
  await api.call(admin, 'PATCH', `/v1/api-keys/${key.id}`, { name: 'Deploys' });
  const rotated = await api.call(admin, 'POST', `/v1/api-keys/${key.id}/rotate`, {
    reason: 'yearly',
    grace_period_seconds: 60,
  });
  const next = String(rotated.body['id']);
  await api.call(admin, 'POST', `/v1/api-keys/${next}/suspend`);
  await api.call(admin, 'POST', `/v1/api-keys/${next}/reactivate`);
  await api.call(api.credentials.member, 'GET', '/v1/api-keys');
  await api.call(admin, 'GET', '/v1/system_audit_log/export');
  await api.call(admin, 'POST', `/v1/api-keys/${next}/revoke`, { reason: 'leaked' });
  await api.call(admin, 'DELETE', `/v1/api-keys/${next}`);
  await eventually('the denied attempt and the export are entries', async () => {
    const types = (await stored()).map(({ type }) => type);
    return types.includes('access_denied') && types.includes('audit_log_exported') ? true : null;
  });
});
afterAll(() => api.stop());

/** The log of the organization as the event store has it. */
async function stored(orgId = 'org_a'): Promise<readonly StoredEvent[]> {
  const { events } = await api.eventStore.readAll({ after: BEGINNING, limit: 10_000 });
  return events.filter(({ metadata }) => metadata.org_id === orgId);
}

function shown(event: StoredEvent, index: number): object {
  const { schema_version, occurred_at, actor, reason, request_id } = event.metadata;
  return {
    ...{ seq: index + 1, event_id: event.id, event_type: event.type, schema_version },
    ...{ stream: event.stream, revision: event.revision, occurred_at, actor, reason, request_id },
    data: withoutWithheldFields(event.type, event.data),
  };
}

/** After everything that was written until now. */
async function read(path: string, credential = api.credentials.auditor): Promise<ApiAnswer> {
  const written = await api.call(api.credentials.admin, 'POST', '/v1/system_audit_log/export_ack', { row_count: 0 });
  return api.getAfter(written, path, credential);
}
const lines = ({ text }: ApiAnswer): readonly unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

it('shows every event of the organization as it was recorded, denied attempts and exports too', async () => {
  const { body } = await read('/v1/log');
  const log = (await stored()).map(shown);
  expect(body['data']).toEqual(log);
  expect(body).toMatchObject({ has_more: false, next_cursor: null });
  expect(new Set((await stored()).map(({ type }) => type)).size).toBe(9);
});

it('shows no hash and no pepper version, and everything else that was stored', async () => {
  const { text } = await read('/v1/log?limit=1000');
  const inside = (await stored()).flatMap(({ data }) => JSON.stringify(data).match(/"hash":"([^"]+)"/)?.[1] ?? []);
  expect(inside).toHaveLength(2);
  for (const hash of [...inside, secret]) expect(text).not.toContain(hash);
  expect(text).not.toMatch(/hash|pepper/);
});

it('pages by number and by cursor alike', async () => {
  const all = (await stored()).map(shown);
  const first = await read('/v1/log?limit=2');
  expect([first.body['data'], first.body['has_more']]).toEqual([all.slice(0, 2), true]);
  const byCursor = await read(`/v1/log?limit=3&cursor=${String(first.body['next_cursor'])}`);
  const byNumber = await read('/v1/log?limit=3&after_seq=2');
  expect(byCursor.body['data']).toEqual(all.slice(2, 5));
  expect(byNumber.body['data']).toEqual(all.slice(2, 5));
  expect((await read('/v1/log?after_seq=9007199254740991')).body).toMatchObject({ data: [], has_more: false });
});

it('chooses by type, under the numbers that the events have among all', async () => {
  const all = (await stored()).map(shown).filter((_, index) => index < 5);
  const chosen = all.filter((event) => 'event_type' in event && event.event_type === 'api_key.rotated');
  const { body } = await read('/v1/log?event_types=api_key.rotated&event_types=access_denied&limit=1');
  expect(body['data']).toEqual(chosen);
});

it('streams all the rest as lines, and notes it as an export of the log', async () => {
  const answer = await read('/v1/log?format=ndjson&after_seq=3', secret);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="event-log.ndjson"');
  const sent = lines(answer);
  expect(sent).toEqual((await stored()).map(shown).slice(3, 3 + sent.length));
  const entry = await eventually('the export is an event', async () => {
    return (await stored()).find(({ data }) => data['via'] === 'log') ?? null;
  });
  expect(entry.data).toEqual({
    ...{ format: 'ndjson', via: 'log', row_count: sent.length, completed: true, filters: { after_seq: 3 } },
  });
});

it('refuses a limit of lines, which it would not keep to', async () => {
  for (const limit of [1, 1_000]) {
    const answer = await read(`/v1/log?format=ndjson&limit=${limit}`);
    expect(answer).toMatchObject({ status: 422, code: 'validation_failed', fields: ['limit'] });
  }
  expect((await stored()).filter(({ data }) => data['via'] === 'log')).toHaveLength(1);
});

it('shows another organization its own log alone, numbered from 1', async () => {
  const { text } = await read('/v1/log?format=ndjson', api.credentials.other);
  const own = (await stored('org_b')).filter(({ type }) => type === 'api_key.created').map(shown);
  expect(text).toBe(`${JSON.stringify(own[0])}\n`);
});
