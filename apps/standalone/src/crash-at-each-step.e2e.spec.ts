import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient, StartedSystem, type ApiAnswer } from '#libs/testing';
import { asOwner } from './testing/as-owner.js';
import { expectBooksAgree } from './testing/expect-books-agree.js';
import { expireMarks, prolongMarks } from './testing/expire-marks.js';
import { readBooks, type Books } from './testing/read-books.js';

/** The product, which dies at the step that a file in its data directory names, and without one does not. */
const ENTRY = 'dist/apps/standalone/src/testing/main-with-fail-point.js';
const STEPS = ['intent_stored', 'appended', 'answer_stored'] as const;

let system: StartedSystem;

beforeAll(async () => {
  system = await StartedSystem.start({ entry: ENTRY });
});
afterAll(() => system.dispose());

it.each(STEPS)('a create that dies at %s is one key and one secret after the retry', async (step) => {
  const name = `created over ${step}`;
  const create = () => admin().post('/v1/api-keys', { name }, { 'idempotency-key': `create-${step}` });
  const { retried, books } = await dieThenRetry(step, create);

  expect(retried.status).toBe(201);
  await expect(codeOf(retried.body['secret'])).resolves.toBe('valid');
  const keys = books.keys.filter((key) => key['name'] === name);
  expect(keys).toMatchObject([{ id: retried.body['id'], status: 'active' }]);
  expect(historyOf(books, retried.body['id']).map(({ event_type }) => event_type)).toEqual(['api_key.created']);
});

it.each(STEPS)('a rotation that dies at %s is one new key and one secret after the retry', async (step) => {
  const first = await admin().post('/v1/api-keys', { name: `rotated over ${step}` });
  const id = String(first.body['id']);
  const rotate = () =>
    admin().post(`/v1/api-keys/${id}/rotate`, { reason: 'leaked' }, { 'idempotency-key': `rotate-${step}` });
  const { retried, books } = await dieThenRetry(step, rotate);

  expect(retried).toMatchObject({ status: 200, body: { revoked_id: id } });
  await expect(codeOf(retried.body['secret'])).resolves.toBe('valid');
  const keys = books.keys.filter((key) => key['name'] === `rotated over ${step}`);
  expect(keys.map((key) => [key['id'], key['status']])).toEqual(
    expect.arrayContaining([
      [id, 'revoked'],
      [retried.body['id'], 'active'],
    ]),
  );
  expect(keys).toHaveLength(2);
  expect(historyOf(books, id).map(({ event_type }) => event_type)).toEqual(['api_key.created', 'api_key.rotated']);
  await expect(codeOf(first.body['secret'])).resolves.toBe('revoked');
});

it.each(STEPS)('a webhook endpoint whose creation dies at %s is one endpoint and one secret', async (step) => {
  const sent = { url: `https://hooks.nowhere.invalid/${step}`, events: ['api_key.created'] };
  const create = () => admin().post('/v1/webhooks', sent, { 'idempotency-key': `webhook-${step}` });
  const { retried } = await dieThenRetry(step, create);

  const { id, secret, warnings: _warnings, ...shown } = retried.body;
  expect([retried.status, secret]).toEqual([201, expect.stringMatching(/^whsec_/)]);
  const listed = await admin().get('/v1/webhooks?limit=200', {
    'x-min-log-position': retried.headers.get('x-log-position') ?? '',
  });
  const all = listed.body['data'] as readonly Record<string, unknown>[];
  expect(all.filter(({ url }) => url === sent.url)).toEqual([{ id, ...shown }]);
  await expect(keptSecrets(id)).resolves.toBe(1);
});

it.each(STEPS)('a signing secret whose rotation dies at %s is one more secret', async (step) => {
  const sent = { url: `https://hooks.nowhere.invalid/rotated-${step}`, events: ['api_key.created'] };
  const { id } = (await admin().post('/v1/webhooks', sent)).body;
  const path = `/v1/webhooks/${String(id)}/rotate-secret`;
  const rotate = () => admin().post(path, {}, { 'idempotency-key': `webhook-rotate-${step}` });
  const { retried } = await dieThenRetry(step, rotate);

  expect(retried).toMatchObject({ status: 200, body: { id } });
  const shown = await admin().get(`/v1/webhooks/${String(id)}`, {
    'x-min-log-position': retried.headers.get('x-log-position') ?? '',
  });
  expect(shown.body['secret_hint']).toBe(retried.body['secret_hint']);
  await expect(keptSecrets(id)).resolves.toBe(2);
});

async function keptSecrets(webhookId: unknown): Promise<number> {
  return asOwner(system.dataDir, async (client) => {
    const { rowCount } = await client.query('select from webhook_secrets.secrets where webhook_id = $1', [webhookId]);
    return rowCount ?? 0;
  });
}

/** Sends the request to a process that dies at the step, then twice to the next one on the same data. */
async function dieThenRetry(
  step: (typeof STEPS)[number],
  send: () => Promise<ApiAnswer>,
): Promise<{ retried: ApiAnswer; books: Books }> {
  const diesAt = join(system.dataDir, 'dies-at');
  await writeFile(diesAt, step);
  await expect(send()).rejects.toThrow('fetch failed');
  await expect(system.ended()).resolves.toBeNull();
  await rm(diesAt);
  await system.launch();
  await prolongMarks(system.dataDir);

  // A stored answer is replayed at once; without one, the dead process may still be at work for all anybody knows.
  const blocked = step === 'answer_stored' ? null : await send();
  if (blocked !== null)
    expect(blocked).toMatchObject({ status: 409, body: { detail: { code: 'idempotency_in_flight' } } });
  await expireMarks(system.dataDir);
  const retried = await send();
  expect(retried.headers.get('idempotent-replayed')).toBe(step === 'answer_stored' ? 'true' : null);
  const replayed = await send();
  expect(replayed).toMatchObject({ status: retried.status, text: retried.text });
  expect(replayed.headers.get('idempotent-replayed')).toBe('true');
  expect(replayed.headers.get('x-log-position')).toBe(retried.headers.get('x-log-position'));
  const books = await readBooks(admin(), retried.headers.get('x-log-position'));
  expectBooksAgree(books);
  return { retried, books };
}

async function codeOf(secret: unknown): Promise<unknown> {
  return (await admin().post('/v1/api-keys/verify', { key: secret })).body['code'];
}

function historyOf({ histories }: Books, id: unknown): readonly Record<string, unknown>[] {
  return histories.get(String(id).slice(0, 'ak_'.length + 16)) ?? [];
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
