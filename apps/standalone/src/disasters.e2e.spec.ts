import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import {
  ApiClient,
  eventually,
  runToItsEnd,
  StartedSystem,
  storesOf,
  type ApiAnswer,
  type EndedRun,
  type Mode,
} from '#libs/testing';
import { asOwner } from './testing/as-owner.js';
import { expectBooksAgree } from './testing/expect-books-agree.js';
import { readBooks, type Books } from './testing/read-books.js';

let system: StartedSystem;
const start = async (mode: Mode): Promise<void> => {
  system = await StartedSystem.start({ mode, env: { RATE_LIMIT_RPS: '0' } });
};
afterEach(() => system.dispose());
/** Its logs are databases of their own; behind the log of an EventStoreDB the read models would be ahead of them from the start. */
const onPostgres = process.env['EVENT_STORE_TEST_URL'] === undefined ? it : it.skip;

it('makes lost read models anew from the log; only the last uses of keys are gone', async () => {
  await start('embedded');
  const endpoint = { url: 'https://hooks.example.com/', events: ['api_key.created'] };
  const webhook = await admin().post('/v1/webhooks', endpoint);
  const key = await created('kept');
  expect((await admin().as(String(key.body['secret'])).get('/v1/whoami')).status).toBe(200);
  await eventually('the last use', async () => (await shown(key)).body['last_used_at'] ?? null);
  expect(await operator('drop-read-models')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/Stop/) as string,
  });

  await asOwner(system.dataDir, (client) => client.query('drop schema read_models cascade'));
  await system.kill('SIGTERM');
  expect(await operator('drop-read-models')).toMatchObject({ code: 0 });
  await system.launch();
  const later = await created('later');
  const books = await readBooks(admin(), later.headers.get('x-log-position'));
  expectBooksAgree(books);
  expect(names(books)).toEqual(['kept', 'later']);
  expect((await shown(key)).body).toMatchObject({ id: key.body['id'], last_used_at: null });
  expect(await replayed('kept', key)).toBe(true);
  // What waits to be sent is no read model: it has stayed, and goes on under its numbers.
  const deliveries = await admin().get(`/v1/webhooks/${String(webhook.body['id'])}/deliveries`, {
    'x-min-log-position': later.headers.get('x-log-position') ?? '',
  });
  expect((deliveries.body['data'] as { sequence: number }[]).map(({ sequence }) => sequence)).toEqual([2, 1]);
});

it('fills a new Postgres from the event store where the old one is lost, without what was never in the log', async () => {
  await start('apart');
  const key = await created('kept');
  const before = await readBooks(admin(), key.headers.get('x-log-position'));
  await system.kill('SIGKILL');
  await sql('create database anew');
  await system.launch({ env: { DATABASE_URL: databaseUrl('anew') } });
  const after = await readBooks(admin(), key.headers.get('x-log-position'));
  expect({ ...after, histories: [...after.histories] }).toEqual({ ...before, histories: [...before.histories] });
  expect(await verified(key)).toBe('valid');
  // The record of the request is gone: repeating it is a new request.
  expect(await replayed('kept', key)).toBe(false);
});

onPostgres(
  'stops where the event store is older than the read models, says so, and a rebuild follows the log as it is',
  async () => {
    await start('apart');
    const env = { EVENT_STORE_URL: databaseUrl('log') };
    await system.kill('SIGTERM');
    await sql('create database log');
    await system.launch({ env });
    const kept = await created('kept');
    await system.kill('SIGTERM');
    await sql('create database backup template log');
    await system.launch({ env });
    const lost = await created('lost');
    await readBooks(admin(), lost.headers.get('x-log-position'));
    await system.kill('SIGTERM');
    // Under the same name, which the names of the login roles are made from.
    await sql('drop database log');
    await sql('alter database backup rename to log');

    await system.launch({ env });
    await projectorAnswers(503);
    expect(await system.log()).toMatch(
      /the event store is older than the read models.*npm run projections -- rebuild api-keys/,
    );
    // The lost part is still shown, and still answered to a repeated request: nobody may take it for true.
    expect((await shown(lost)).status).toBe(200);
    expect(await replayed('lost', lost)).toBe(true);

    await sql('truncate command_api.idempotency');
    for (const name of ['api-keys', 'api-key-history', 'audit-log', 'jobs', 'policy-types', 'usage', 'webhooks'])
      expect(await operator('projections', 'rebuild', name)).toMatchObject({ code: 0 });
    await projectorAnswers(200);
    expect((await shown(lost)).status).toBe(404);
    expect([await verified(kept), await verified(lost)]).toEqual(['valid', 'not_found']);
    expect(await replayed('lost', lost)).toBe(false);
    const last = await created('last');
    const books = await readBooks(admin(), last.headers.get('x-log-position'));
    expectBooksAgree(books);
    expect(names(books)).toEqual(['kept', 'last', 'lost']);
  },
);

it('does not start without its pepper, goes on with the one from the backup, or with a new version of it', async () => {
  await start('embedded');
  const key = await created('kept');
  await system.kill('SIGTERM');
  const keyring = join(system.dataDir, 'keyring.json');
  await rename(keyring, `${keyring}.backup`);
  await expect(system.launch()).rejects.toThrow(/there is a database in .*, but no .*keyring.json/);
  await rename(`${keyring}.backup`, keyring);
  await system.launch();
  expect(await verified(key)).toBe('valid');

  await system.kill('SIGTERM');
  await rm(keyring);
  const fresh = (): string => randomBytes(32).toString('base64');
  await writeFile(keyring, JSON.stringify({ current_pepper: 2, peppers: { '2': fresh() }, position_key: fresh() }), {
    mode: 0o600,
  });
  await system.launch();
  expect(await verified(key)).not.toBe('valid');
  const rotated = await admin().post(`/v1/api-keys/${String(key.body['id'])}/rotate`);
  expect([rotated.status, await verified(rotated)]).toEqual([200, 'valid']);
});

const admin = (): ApiClient => new ApiClient(system.url, system.session.admin_token);
const operator = (command: string, ...args: readonly string[]): Promise<EndedRun> =>
  runToItsEnd(`dist/apps/operator/src/cli/${command}.js`, { DATA_DIR: system.dataDir }, ...args);
const names = ({ keys }: Books): readonly unknown[] => keys.map(({ name }) => name).toSorted();

const create = (name: string): Promise<ApiAnswer> =>
  admin().post('/v1/api-keys', { name }, { 'idempotency-key': `make ${name}`.replace(' ', '-') });

async function created(name: string): Promise<ApiAnswer> {
  const answer = await create(name);
  expect(answer).toMatchObject({ status: 201 });
  return answer;
}

/** Whether the same request again is answered by the key that it made at first; otherwise it makes another. */
async function replayed(name: string, first: ApiAnswer): Promise<boolean> {
  const again = await create(name);
  expect(again.status).toBe(201);
  return again.headers.get('idempotent-replayed') === 'true' && again.body['id'] === first.body['id'];
}

const shown = ({ body }: ApiAnswer): Promise<ApiAnswer> => admin().get(`/v1/api-keys/${String(body['id'])}`);

async function verified({ body }: ApiAnswer): Promise<unknown> {
  return (await admin().post('/v1/api-keys/verify', { key: body['secret'] })).body['code'];
}

function projectorAnswers(status: number): Promise<true> {
  return eventually(`${status} of the projector`, async () => {
    const answer = await fetch(`${system.projector.url}/readyz`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.status === status || null;
  });
}

function databaseUrl(name: string): string {
  const url = new URL(storesOf(system).databaseUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

async function sql(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: storesOf(system).databaseUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
