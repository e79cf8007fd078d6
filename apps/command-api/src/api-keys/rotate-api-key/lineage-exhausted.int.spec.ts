import { randomUUID } from 'node:crypto';
import { API_KEY_STREAM_PREFIX, type ApiKeyEvent, type Recorded } from '#libs/domain';
import { NO_STREAM } from '#libs/event-store';
import { apiKeyCreated, apiKeyRotated, keyId } from '#libs/testing';
import { RunningApi, type ApiAnswer } from '../../testing/running-api.js';

const LINEAGE = 'Exhausted0000000';
const AT_ONCE = 500;

let api: RunningApi;
beforeAll(async () => {
  api = await RunningApi.start();
});
afterAll(() => api.stop());

it('answers 409 to the 1,001st rotation of a lineage', async () => {
  await store([
    apiKeyCreated({ key_id: keyId(0, LINEAGE) }),
    ...Array.from({ length: 999 }, (_, n) => apiKeyRotated({ from: keyId(n, LINEAGE), to: keyId(n + 1, LINEAGE) })),
  ]);
  const last = await rotate(keyId(999, LINEAGE));
  expect(last).toMatchObject({ status: 200, body: { revoked_id: keyId(999, LINEAGE) } });
  expect(await rotate(String(last.body['id']))).toMatchObject({ status: 409, code: 'lineage_exhausted' });
  const verified = await api.call(api.credentials.admin, 'POST', '/v1/api-keys/verify', { key: last.body['secret'] });
  expect(verified.body).toMatchObject({ code: 'valid', key_id: last.body['id'] });
});

function rotate(id: string): Promise<ApiAnswer> {
  return api.call(api.credentials.admin, 'POST', `/v1/api-keys/${id}/rotate`);
}

/** As earlier requests have left them, some hundred to an append. */
async function store(history: readonly Recorded<ApiKeyEvent>[]): Promise<void> {
  for (let from = 0; from < history.length; from += AT_ONCE) {
    const events = history.slice(from, from + AT_ONCE).map((event) => ({ ...event, id: randomUUID() }));
    const revision = from === 0 ? NO_STREAM : from - 1;
    await api.eventStore.append(`${API_KEY_STREAM_PREFIX}${LINEAGE}`, revision, events);
  }
}
