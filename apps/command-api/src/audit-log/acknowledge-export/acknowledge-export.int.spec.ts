import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

const acknowledge = (body: unknown, credential = api.credentials.admin): Promise<ApiAnswer> =>
  api.call(credential, 'POST', '/v1/system_audit_log/export_ack', body);

it('answers 204 and is an entry of the audit log', async () => {
  const { secret, id } = await api.key({ scopes: ['audit:read'] });
  for (const credential of [api.credentials.admin, api.credentials.auditor, secret]) {
    expect(await acknowledge({ row_count: 0 }, credential)).toMatchObject({ status: 204, text: '' });
  }
  const written = await acknowledge({ row_count: Number.MAX_SAFE_INTEGER }, secret);
  const { body } = await api.getAfter(written, '/v1/system_audit_log?event_types=audit_log_exported&limit=1');
  expect(body['data']).toMatchObject([
    {
      ...{ event_group: 'configuration', activity_type: 'access', target_type: 'audit_log' },
      ...{ actor: { type: 'api_key', id }, data: { row_count: Number.MAX_SAFE_INTEGER, completed: true } },
    },
  ]);
});

it.each([
  ['nothing', undefined, 'row_count'],
  ['a negative number', { row_count: -1 }, 'row_count'],
  ['a fraction', { row_count: 0.5 }, 'row_count'],
  ['text', { row_count: '5' }, 'row_count'],
  ['null', { row_count: null }, 'row_count'],
  ['2^53', { row_count: 2 ** 53 }, 'row_count'],
  ['1e999', '{"row_count":1e999}', 'row_count'],
  ['an unknown member', { row_count: 1, rows: 1 }, 'rows'],
])('answers 422 to %s', async (_, body, field) => {
  expect(await acknowledge(body)).toMatchObject({ status: 422, code: 'validation_failed', fields: [field] });
});

it('answers 401 to a member, 403 to a key without audit:read', async () => {
  expect(await acknowledge({ row_count: 1 }, api.credentials.member)).toMatchObject({ status: 401 });
  expect(await acknowledge({ row_count: 1 }, api.credentials.platform)).toMatchObject({ status: 401 });
  const { secret } = await api.key({ scopes: ['keys:manage'] });
  const answer = await acknowledge({ row_count: 1 }, secret);
  expect([answer.status, answer.body]).toMatchObject([403, { detail: { required_scope: 'audit:read' } }]);
});
