import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { UserCaller } from '#libs/auth';
import { DomainRejection } from '#libs/domain';
import type { Keyring } from '#libs/keyring';
import { SILENT } from '#libs/observability';
import { createPool, DatabaseUnavailable, migrate } from '#libs/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import type { WriteContext } from '../write-context.js';
import { IdempotencyStore } from './idempotency-store.js';
import { idempotencyMigrations } from './idempotency.migrations.js';
import { IdempotentWrites } from './idempotent-writes.js';

const SECRET = 'a-secret-that-nobody-may-find';
const KEY = 'a-client-key-that-nobody-may-find';
const PEPPER = randomBytes(32);
const KEYRING: Keyring = { currentPepper: 1, peppers: new Map([[1, PEPPER]]), positionKey: randomBytes(32) };
const CALLER: UserCaller = {
  ...{
    type: 'user',
    id: 'u1',
    issuer: 'https://issuer.test',
    orgId: 'org_a',
    orgSlug: null,
    role: 'admin',
    name: null,
  },
};

let database: TestDatabase;
let pool: pg.Pool;
let owner: pg.Pool;
let writes: IdempotentWrites;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url, idempotencyMigrations);
  pool = createPool({ ownerUrl: database.url, role: 'api', max: 4, onIdleError: () => undefined });
  owner = new pg.Pool({ connectionString: database.url, max: 1 });
  writes = writesWith(KEYRING);
});

afterEach(() => owner.query('truncate command_api.idempotency'));

afterAll(async () => {
  await pool.end();
  await owner.end();
  await database.drop();
});

it('answers a repeated request with the first answer, secret and position included', async () => {
  const first = await writes.run(request(), answering(SECRET));
  const again = await writes.run(request(), mustNotRun);
  expect(first).toMatchObject({ replayed: false, status: 201, body: { secret: SECRET } });
  expect(again).toEqual({ ...first, replayed: true });
});

it('takes a body for the same whatever the order of its members, and refuses another one', async () => {
  await writes.run(request({ body: { a: 1, b: [{ c: 2, d: 3 }] } }), answering(SECRET));
  await expect(writes.run(request({ body: { b: [{ d: 3, c: 2 }], a: 1.0 } }), mustNotRun)).resolves.toMatchObject({
    replayed: true,
  });
  await expect(writes.run(request({ body: { a: 1, b: [] } }), mustNotRun)).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  });
});

it.each<[string, Partial<WriteContext>]>([
  ['organization', { caller: { ...CALLER, orgId: 'org_b' } }],
  ['caller', { caller: { ...CALLER, id: 'u2' } }],
  ['issuer', { caller: { ...CALLER, issuer: 'https://other.test' } }],
  ['method', { method: 'PATCH' }],
  ['path', { path: '/v1/other' }],
  ['header', { idempotencyKey: 'another' }],
])('knows nothing of it under another %s', async (_, difference) => {
  await writes.run(request(), answering(SECRET));
  await expect(writes.run(request(difference), answering('other'))).resolves.toMatchObject({
    replayed: false,
    body: { secret: 'other' },
  });
});

it('lets one of many twins through and tells the others to wait', async () => {
  const TWINS = 20;
  let [running, refused] = [0, 0];
  let allKnown = (): void => undefined;
  const known = new Promise<void>((resolve) => (allKnown = resolve));
  const count = (): void => (running + refused === TWINS ? allKnown() : undefined);
  const twins = Array.from({ length: TWINS }, () =>
    writes.run(request(), async (attempt) => {
      running++;
      count();
      // Not over before the last of the others has asked: that one would be answered with what is stored by then.
      await known;
      return answering(SECRET)(attempt);
    }),
  );
  for (const twin of twins) twin.catch(() => (refused++, count()));
  const outcomes = await Promise.allSettled(twins);
  expect(running).toBe(1);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'idempotency_in_flight' });
  }
});

it('decides a refused request anew', async () => {
  const refuse = () => Promise.reject(new DomainRejection('api_key_not_active', 'no'));
  await expect(writes.run(request(), refuse)).rejects.toMatchObject({ code: 'api_key_not_active' });
  await expect(writes.run(request(), answering(SECRET))).resolves.toMatchObject({ replayed: false });
});

it('gives the retry after an unknown outcome the same intent, at once', async () => {
  const intents: string[] = [];
  const fail = (attempt: { commandId: string; entropy: Buffer; repeatedSince: number | null }) => {
    intents.push(`${attempt.commandId} ${attempt.entropy.toString('hex')}`);
    return Promise.reject(new DatabaseUnavailable('gone'));
  };
  await expect(writes.run(request(), fail)).rejects.toMatchObject({ code: 'database_unavailable' });
  await writes.run(request(), (attempt) => {
    intents.push(`${attempt.commandId} ${attempt.entropy.toString('hex')}`);
    expect(attempt.repeatedSince).not.toBeNull();
    return answering(SECRET)(attempt);
  });
  expect(new Set(intents).size).toBe(1);
});

it('lets a retry through at once after an outage in which nothing could be noted down', async () => {
  const gone = (): never => {
    throw new DatabaseUnavailable('gone');
  };
  const store = new IdempotencyStore(pool);
  const broken = new IdempotentWrites({ store, keyring: KEYRING, logger: SILENT });
  const begin = store.begin.bind(store);
  store.begin = async (...args) => {
    await begin(...args);
    return gone();
  };
  await expect(broken.run(request(), mustNotRun)).rejects.toMatchObject({ code: 'database_unavailable' });
  store.begin = begin;
  const unlock = store.unlock.bind(store);
  let outage = false;
  store.unlock = async (...args) => (outage ? gone() : unlock(...args));
  await expect(
    broken.run(request(), async () => {
      outage = true;
      return gone();
    }),
  ).rejects.toMatchObject({ code: 'database_unavailable' });
  outage = false;
  await expect(broken.run(request(), answering(SECRET))).resolves.toMatchObject({ replayed: false });
});

it('gives way to a retry once the mark of a dead process has run out, and no earlier', async () => {
  let wake = (): void => undefined;
  const paused = writes.run(request(), async (attempt) => {
    await new Promise<void>((resolve) => (wake = resolve));
    return answering('late')(attempt);
  });
  await waitForRow();
  const elsewhere = writesWith(KEYRING);
  await expect(elsewhere.run(request(), mustNotRun)).rejects.toMatchObject({ code: 'idempotency_in_flight' });
  await owner.query(`update command_api.idempotency set locked_until = now() - interval '1 second'`);
  await expect(elsewhere.run(request(), answering(SECRET))).resolves.toMatchObject({ replayed: false });
  wake();
  // Both are told what was kept first.
  await expect(paused).resolves.toMatchObject({ replayed: true, body: { secret: SECRET } });
  await expect(writes.run(request(), mustNotRun)).resolves.toMatchObject({ replayed: true, body: { secret: SECRET } });
});

it('keeps its mark for as long as it runs, and gives no way on its own node whatever became of that', async () => {
  const marks = async () => {
    const { rows } = await owner.query<{ attempt: number; runs: boolean }>(
      'select attempt, locked_until > now() as runs from command_api.idempotency',
    );
    return rows;
  };
  const runOut = () => owner.query(`update command_api.idempotency set locked_until = now() - interval '1 second'`);
  for (const extendEveryMs of [3_600_000, 5]) {
    let wake = (): void => undefined;
    const here = new IdempotentWrites({
      store: new IdempotencyStore(pool),
      keyring: KEYRING,
      logger: SILENT,
      extendEveryMs,
    });
    const running = here.run(request(), async (attempt) => {
      await new Promise<void>((resolve) => (wake = resolve));
      return answering(SECRET)(attempt);
    });
    await waitForRow();
    await runOut();
    const isExtended = extendEveryMs === 5;
    if (isExtended) await eventually('an extended mark', async () => ((await marks())[0]?.runs === true ? true : null));
    await expect(here.run(request(), mustNotRun)).rejects.toMatchObject({ code: 'idempotency_in_flight' });
    await expect(here.run(request({ body: {} }), mustNotRun)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await marks()).toEqual([{ attempt: 1, runs: isExtended }]);
    if (isExtended)
      await expect(writes.run(request(), mustNotRun)).rejects.toMatchObject({ code: 'idempotency_in_flight' });
    wake();
    await expect(running).resolves.toMatchObject({ replayed: false });
    await owner.query('truncate command_api.idempotency');
  }
});

it('extends the mark of nobody else, nor of what is over', async () => {
  const store = new IdempotencyStore(pool);
  const begin = { id: randomBytes(32), bodyHash: randomBytes(32), sealedIntent: randomBytes(32) };
  await store.begin('org_a', begin);
  expect(await store.extend('org_a', begin.id, 1)).toBe(true);
  expect(await store.extend('org_a', begin.id, 2)).toBe(false);
  expect(await store.extend('org_b', begin.id, 1)).toBe(false);
  await store.unlock('org_a', begin.id, 1);
  expect(await store.extend('org_a', begin.id, 1)).toBe(false);
  await store.begin('org_a', begin);
  expect(await store.extend('org_a', begin.id, 2)).toBe(true);
  expect(await store.answer('org_a', begin.id, Buffer.from('first'))).toBeNull();
  expect(await store.answer('org_a', begin.id, Buffer.from('second'))).toEqual(Buffer.from('first'));
  expect(await store.extend('org_a', begin.id, 2)).toBe(false);
});

it('answers sums beyond what a double holds again to the last digit', async () => {
  const sum = (2n ** 63n - 1n).toString();
  const body = { sum: JSON.rawJSON(sum), small: 7, ratio: 0.1, huge: 1e21, text: sum };
  const first = await writes.run(request(), async (attempt) => ({ ...(await answering(SECRET)(attempt)), body }));
  const again = await writes.run(request(), mustNotRun);
  expect(JSON.stringify(first.body)).toContain(`"sum":${sum}`);
  expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
});

it('forgets after a day', async () => {
  await writes.run(request(), answering(SECRET));
  await owner.query(`update command_api.idempotency set created_at = now() - interval '25 hours'`);
  await expect(writes.run(request({ body: { other: true } }), answering('new'))).resolves.toMatchObject({
    replayed: false,
  });
});

it('finds a record from before the pepper was changed', async () => {
  await writes.run(request(), answering(SECRET));
  const rotated = writesWith({
    ...KEYRING,
    currentPepper: 2,
    peppers: new Map([...KEYRING.peppers, [2, randomBytes(32)]]),
  });
  await expect(rotated.run(request(), mustNotRun)).resolves.toMatchObject({ replayed: true, body: { secret: SECRET } });
});

it('shows nothing of header, body, secret or pepper to a reader of the whole database', async () => {
  await writes.run(request({ body: { name: 'a-name-that-nobody-may-find' } }), answering(SECRET));
  const { rows } = await owner.query<Record<string, unknown>>('select * from command_api.idempotency');
  expect(rows).toHaveLength(1);
  const dump = JSON.stringify(rows, (_, value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : value));
  for (const planted of [SECRET, KEY, 'a-name-that-nobody-may-find', PEPPER.toString('latin1'), '/v1/api-keys']) {
    expect(dump).not.toContain(planted);
  }
});

it('is confined to the organization that is set, and shows nothing where none is', async () => {
  await writes.run(request(), answering(SECRET));
  await expect(pool.query('select * from command_api.idempotency')).resolves.toMatchObject({ rowCount: 0 });
  await expect(pool.query(`insert into command_api.idempotency values ('org_a', '1', '2', '3')`)).rejects.toMatchObject(
    { code: '42501' },
  );
});

it('does without a record where no header was sent', async () => {
  await writes.run(request({ idempotencyKey: null }), answering(SECRET));
  await expect(owner.query('select * from command_api.idempotency')).resolves.toMatchObject({ rowCount: 0 });
});

function writesWith(keyring: Keyring): IdempotentWrites {
  return new IdempotentWrites({ store: new IdempotencyStore(pool), keyring, logger: SILENT });
}

function request(difference: Partial<WriteContext> = {}): WriteContext {
  return {
    ...{ caller: CALLER, requestId: 'r', ip: null, userAgent: null, idempotencyKey: KEY, method: 'POST' },
    ...{ path: '/v1/api-keys', body: { name: 'x' } },
    ...difference,
  };
}

function answering(secret: string) {
  return async (_attempt: unknown) => ({ status: 201 as const, body: { secret }, location: null, logPosition: 'p' });
}

function mustNotRun(): Promise<never> {
  throw new Error('the write ran again');
}

async function waitForRow(): Promise<void> {
  while ((await owner.query('select 1 from command_api.idempotency')).rowCount === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
