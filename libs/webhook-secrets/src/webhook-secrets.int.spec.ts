import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { EventStoreUnavailable, InMemoryEventStore, NO_STREAM } from '#libs/event-store';
import { SILENT, type Logger } from '#libs/observability';
import { createPool, migrate, type DatabaseRole } from '#libs/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import { newSigningSecret, signingKeyOf } from './signing-secret.js';
import { sweepWebhookSecrets } from './sweep-webhook-secrets.js';
import { webhookSecretMigrations } from './webhook-secrets.migrations.js';
import { WebhookSecrets } from './webhook-secrets.js';

const pepper = { one: randomBytes(32), two: randomBytes(32) };
const keyring = { currentPepper: 1, peppers: new Map([[1, pepper.one]]), positionKey: randomBytes(32) };
const later = { ...keyring, currentPepper: 2, peppers: new Map([...keyring.peppers, [2, pepper.two]]) };
const WEBHOOK = 'whk_AAAAAAAAAAAAAAAAAAAA';

let database: TestDatabase;
let owner: pg.Client;
let api: pg.Pool;
let projector: pg.Pool;
let number = 0;

const pool = (role: DatabaseRole): pg.Pool =>
  createPool({ ownerUrl: database.url, role, max: 2, onIdleError: () => undefined });

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url, webhookSecretMigrations);
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  [api, projector] = [pool('api'), pool('projector')];
});
afterEach(() => owner.query('delete from webhook_secrets.secrets'));
afterAll(async () => {
  await Promise.all([api.end(), projector.end(), owner.end()]);
  await database.drop();
});

function secretToKeep({ orgId = 'org_a', webhookId = WEBHOOK } = {}) {
  number++;
  return { orgId, webhookId, secretId: `whs_${String(number).padStart(20, '0')}`, secret: newSigningSecret() };
}

it('gives the keys back to whoever has the keyring, by either role and after the pepper was changed', async () => {
  const [first, second] = [secretToKeep(), secretToKeep()];
  await new WebhookSecrets(api, keyring).keep(first);
  await new WebhookSecrets(api, later).keep(second);
  const ids = [second.secretId, first.secretId, 'whs_unknown'];
  for (const role of [api, projector]) {
    const secrets = new WebhookSecrets(role, later);
    // The second time from memory.
    for (const opened of [await secrets.open('org_a', WEBHOOK, ids), await secrets.open('org_a', WEBHOOK, ids)]) {
      expect([...opened]).toEqual([
        [second.secretId, signingKeyOf(second.secret)],
        [first.secretId, signingKeyOf(first.secret)],
      ]);
    }
  }
});

it('keeps what was kept first', async () => {
  const kept = secretToKeep();
  const secrets = new WebhookSecrets(api, keyring);
  await secrets.keep(kept);
  await secrets.keep({ ...kept, secret: newSigningSecret() });
  expect([...(await secrets.open('org_a', WEBHOOK, [kept.secretId])).values()]).toEqual([signingKeyOf(kept.secret)]);
});

it('stores nothing that shows a secret, and the same one never alike', async () => {
  const secret = newSigningSecret();
  const secrets = new WebhookSecrets(api, keyring);
  for (const kept of [secretToKeep(), secretToKeep()]) await secrets.keep({ ...kept, secret });
  const { rows } = await owner.query<{ pepper_version: number; sealed: Buffer }>(
    'select * from webhook_secrets.secrets',
  );
  const sealed = rows.map((row) => row.sealed.toString('latin1'));
  expect(new Set(sealed).size).toBe(2);
  const text = JSON.stringify(rows) + sealed.join();
  for (const part of [secret.slice(6, 20), signingKeyOf(secret).toString('latin1')]) expect(text).not.toContain(part);
  expect(rows.map((row) => row.pepper_version)).toEqual([1, 1]);
});

it('opens nothing without its pepper, and says which is missing', async () => {
  const kept = secretToKeep();
  await new WebhookSecrets(api, later).keep(kept);
  const opening = new WebhookSecrets(api, keyring).open('org_a', WEBHOOK, [kept.secretId]);
  await expect(opening).rejects.toThrow('the keyring lacks pepper 2');
});

it.each(['org_id', 'webhook_id', 'secret_id'])('opens nothing that was moved to another %s', async (column) => {
  const kept = secretToKeep();
  await new WebhookSecrets(api, keyring).keep(kept);
  await owner.query(`update webhook_secrets.secrets set ${column} = 'moved'`);
  const { orgId, webhookId, secretId } = {
    ...kept,
    ...(column === 'org_id' ? { orgId: 'moved' } : column === 'webhook_id' ? { webhookId: 'moved' } : {}),
    ...(column === 'secret_id' ? { secretId: 'moved' } : {}),
  };
  await expect(new WebhookSecrets(projector, keyring).open(orgId, webhookId, [secretId])).rejects.toThrow();
});

it('shows the api role one organization at a time, and lets it change nothing', async () => {
  const [own, foreign] = [secretToKeep(), secretToKeep({ orgId: 'org_b' })];
  const secrets = new WebhookSecrets(api, keyring);
  for (const kept of [own, foreign]) await secrets.keep(kept);
  expect((await secrets.open('org_a', WEBHOOK, [own.secretId, foreign.secretId])).size).toBe(1);
  const client = await api.connect();
  try {
    expect((await client.query('select from webhook_secrets.secrets')).rowCount).toBe(0);
    for (const statement of [`update webhook_secrets.secrets set sealed = ''`, 'delete from webhook_secrets.secrets'])
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    await client.query(`select set_config('keyledger.org_id', 'org_a', false)`);
    expect((await client.query('select from webhook_secrets.secrets')).rowCount).toBe(1);
  } finally {
    client.release(true);
  }
});

it('says that the database is away where it is', async () => {
  const gone = pool('api');
  await gone.end();
  await expect(new WebhookSecrets(gone, keyring).keep(secretToKeep())).rejects.toMatchObject({
    code: 'database_unavailable',
  });
});

describe('the sweep', () => {
  let stopping: AbortController;
  let sweeping: Promise<void>;
  const eventStore = new InMemoryEventStore();

  const sweep = (logger: Logger = SILENT): void => {
    stopping = new AbortController();
    const options = { pool: projector, eventStore, logger, everyMs: 20, batch: 2 };
    sweeping = sweepWebhookSecrets(options, stopping.signal);
  };
  afterEach(async () => {
    stopping.abort();
    await sweeping;
  });

  const left = async (): Promise<readonly string[]> => {
    const { rows } = await owner.query<{ secret_id: string }>(
      'select secret_id from webhook_secrets.secrets order by secret_id',
    );
    return rows.map((row) => row.secret_id);
  };

  it('deletes what no event names a day after it was kept last, and nothing else', async () => {
    const secrets = new WebhookSecrets(api, keyring);
    const all = Array.from({ length: 6 }, () => secretToKeep());
    const [named, unnamed, young, again, gone, foreign] = all;
    for (const each of all) await secrets.keep(each);
    await eventStore.append(`webhook-${WEBHOOK}`, NO_STREAM, [
      eventNaming(named?.secretId, 'org_a'),
      // Of another organization: it names none of this one's.
      eventNaming(foreign?.secretId, 'org_b'),
    ]);
    const ids = [named, unnamed, again, gone, foreign].map((each) => each?.secretId);
    await owner.query(
      `update webhook_secrets.secrets set kept_at = now() - interval '25 hours' where secret_id = any ($1)`,
      [ids],
    );
    if (again !== undefined) await secrets.keep(again);
    sweep();
    const expected = [named, young, again].map((each) => each?.secretId);
    await eventually('the sweep', async () => ((await left()).length === 3 ? true : null));
    expect(await left()).toEqual(expected);
    await eventually('the mark', async () => {
      const { rows } = await owner.query('select secret_id from webhook_secrets.secrets where named');
      return rows.length === 1 ? rows : null;
    });
  });

  it('goes on behind streams that cannot be read, more of them than it looks at together', async () => {
    const broken = 'whk_CCCCCCCCCCCCCCCCCCCC';
    const secrets = new WebhookSecrets(api, keyring);
    const kept = [broken, broken, broken, 'whk_DDDDDDDDDDDDDDDDDDDD'].map((webhookId) => secretToKeep({ webhookId }));
    for (const each of kept) await secrets.keep(each);
    await owner.query(`update webhook_secrets.secrets set kept_at = now() - interval '25 hours'`);
    const readStream: InMemoryEventStore['readStream'] = (stream, ...read) =>
      stream.includes(broken) ? Promise.reject(new Error('broken')) : eventStore.readStream(stream, ...read);
    stopping = new AbortController();
    sweeping = sweepWebhookSecrets(
      { pool: projector, eventStore: { readStream }, logger: SILENT, everyMs: 20, batch: 2 },
      stopping.signal,
    );
    const expected = kept.slice(0, 3).map(({ secretId }) => secretId);
    await eventually('the sweep', async () => ((await left()).length === 3 ? true : null));
    expect(await left()).toEqual(expected);
  });

  it('outlives an outage with a log line', async () => {
    const warnings: string[] = [];
    let isAway = true;
    const readStream: InMemoryEventStore['readStream'] = (...read) =>
      isAway ? Promise.reject(new EventStoreUnavailable('away')) : eventStore.readStream(...read);
    await new WebhookSecrets(api, keyring).keep(secretToKeep({ webhookId: 'whk_BBBBBBBBBBBBBBBBBBBB' }));
    await owner.query(`update webhook_secrets.secrets set kept_at = now() - interval '25 hours'`);
    stopping = new AbortController();
    const logger = { ...SILENT, warn: (_: unknown, message: string) => void warnings.push(message) };
    const options = { pool: projector, eventStore: { readStream }, logger, everyMs: 20 };
    sweeping = sweepWebhookSecrets(options, stopping.signal);
    await eventually('a warning', async () => warnings[0] ?? null);
    isAway = false;
    await eventually('the sweep', async () => ((await left()).length === 0 ? true : null));
    expect(warnings[0]).toBe('signing secrets that no event names were not deleted');
  });
});

function eventNaming(secretId: string | undefined, orgId: string) {
  return {
    id: crypto.randomUUID(),
    type: 'webhook.secret_rotated',
    data: { webhook_id: WEBHOOK, secret: { secret_id: secretId ?? '', hint: 'whsec_2YkL…cdef' } },
    metadata: {
      org_id: orgId,
      actor: { type: 'user', id: 'user_1', name: null } as const,
      ...{ request_id: 'r', correlation_id: 'r', causation_id: 'c', schema_version: 1, reason: null },
      ...{ occurred_at: new Date().toISOString(), ip: null, user_agent: null },
    },
  };
}
