import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, runToItsEnd, StartedSystem, type ApiAnswer, type EndedRun } from '#libs/testing';
import { readModelDigests } from '../../projector/src/testing/read-model-digests.js';
import { asOwner, ownerUrl } from './testing/as-owner.js';
import { CrashClient } from './testing/crash-client.js';
import { expectBooksAgree } from './testing/expect-books-agree.js';
import { readBooks } from './testing/read-books.js';

const CLIENTS = 8;
const FOLDED = ['api_keys', 'api_key_states', 'api_key_steps', 'audit_actors', 'audit_entries'];
const env = { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'warn' };

let folder: string;
let source: StartedSystem;
let restored: StartedSystem | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyledger-backups-'));
  source = await StartedSystem.start({ env });
});
afterAll(async () => {
  await Promise.all([source.dispose(), restored?.dispose()]);
  await rm(folder, { recursive: true, force: true });
});

const operator = (command: string, dataDir: string, ...args: readonly string[]): Promise<EndedRun> =>
  runToItsEnd(`dist/apps/operator/src/cli/${command}.js`, { DATA_DIR: dataDir }, ...args);

it('restores elsewhere what was backed up under load: nothing acknowledged by then is lost, and all goes on', async () => {
  const backup = join(folder, 'under-load');
  const clients = Array.from(
    { length: CLIENTS },
    (_, index) => new CrashClient(() => admin(source), `client ${index}`),
  );
  const running = Promise.all(clients.map((client) => client.run()));
  const witnesses: { readonly idempotencyKey: string; readonly answer: ApiAnswer }[] = [];
  try {
    await Promise.race([running, delay(1_000)]);
    const ended = operator('backup', source.dataDir, backup);
    const sign = ended.then(() => 'ended' as const);
    do {
      const idempotencyKey = `witness-${witnesses.length}`;
      witnesses.push({ idempotencyKey, answer: await witness(source, idempotencyKey) });
    } while ((await Promise.race([sign, delay(100)])) !== 'ended');
    expect(await ended).toMatchObject({ code: 0, output: expect.stringContaining('acknowledged by') as string });
    await Promise.race([running, delay(500)]);
  } finally {
    for (const client of clients) client.stop();
  }
  await running;
  const whole = await eventIds(source);
  await source.kill('SIGKILL');

  const dataDir = join(folder, 'restored');
  expect(await operator('restore', dataDir, backup)).toMatchObject({ code: 0 });
  restored = await StartedSystem.start({ env, dataDir });
  const log = await eventIds(restored);
  expect(log).toEqual(whole.slice(0, log.length));
  expect(log.length).toBeLessThan(whole.length);

  const last = await admin(restored).post('/v1/api-keys', { name: 'after the restore' });
  expect(last.status).toBe(201);
  const books = await readBooks(admin(restored), last.headers.get('x-log-position'));
  expectBooksAgree(books);
  const recorded = new Set(
    books.entries.map((entry) => `${String(entry['event_type'])} ${String(entry['target_id'])}`),
  );
  const holdsUntil = new Date(await heldUntil(backup));
  const kept = clients.flatMap(({ acknowledged }) => acknowledged).filter(({ at }) => at <= holdsUntil);
  expect(kept.length).toBeGreaterThan(CLIENTS);
  const lost = kept.filter(({ command, id }) => !recorded.has(`${EVENTS[command]} ${id}`));
  expect(lost).toEqual([]);

  for (const { id, rotatedTo, secret } of kept) {
    if (secret === null) continue;
    const key_id = rotatedTo ?? id;
    const ended = recorded.has(`api_key.rotated ${key_id}`) || recorded.has(`api_key.revoked ${key_id}`);
    const { body } = await admin(restored).post('/v1/api-keys/verify', { key: secret });
    expect(body).toMatchObject({ key_id, code: ended ? 'revoked' : 'valid' });
  }
  const [first] = witnesses;
  const again = await witness(restored, first?.idempotencyKey ?? '');
  expect(again).toMatchObject({ status: 201, body: first?.answer.body });
  expect(again.headers.get('idempotent-replayed')).toBe('true');

  const caughtUp = await digests(restored);
  for (const name of ['api-keys', 'api-key-history', 'audit-log'])
    expect(await operator('projections', dataDir, 'rebuild', name)).toMatchObject({ code: 0 });
  expect(await digests(restored)).toEqual(caughtUp);
});

it('backs up what does not run, and refuses a backup that is damaged, unfinished or in the way', async () => {
  const { dataDir } = source;
  await source.kill('SIGTERM');
  const backup = join(folder, 'at-rest');
  expect(await operator('backup', dataDir, backup)).toMatchObject({ code: 0 });
  const refused = async (command: string, at: string, path: string, why: RegExp): Promise<void> =>
    expect(await operator(command, at, path)).toMatchObject({ code: 1, output: expect.stringMatching(why) as string });
  await refused('backup', dataDir, backup, /is not empty/);
  await refused('backup', dataDir, join(dataDir, 'backup'), /is inside of/);
  await refused('backup', join(folder, 'nothing'), join(folder, 'of-nothing'), /holds no Postgres/);
  await refused('restore', dataDir, backup, /is not empty/);

  const target = join(folder, 'never');
  const control = join(backup, 'postgres/data/global/pg_control');
  const bytes = await readFile(control);
  await writeFile(control, bytes.with(100, (bytes[100] ?? 0) ^ 1));
  await refused('restore', target, backup, /damaged: .*pg_control is not what was written/);
  await rm(control);
  await refused('restore', target, backup, /not whole: .*pg_control is missing/);
  await rm(join(backup, 'backup.json'));
  await refused('restore', target, backup, /not finished/);
  expect(await readdir(target).catch(() => [])).toEqual([]);
});

const EVENTS = { create: 'api_key.created', rotate: 'api_key.rotated', revoke: 'api_key.revoked' } as const;

/** A key that is made with this `Idempotency-Key`. */
function witness(system: StartedSystem, idempotencyKey: string): Promise<ApiAnswer> {
  return admin(system).post('/v1/api-keys', { name: 'witness' }, { 'idempotency-key': idempotencyKey });
}

async function eventIds({ dataDir }: StartedSystem): Promise<readonly string[]> {
  return asOwner(dataDir, async (client) => {
    const { rows } = await client.query<{ event_id: string }>(
      'select event_id from event_store.events order by position',
    );
    return rows.map(({ event_id }) => event_id);
  });
}

async function digests({ dataDir }: StartedSystem): Promise<readonly (string | undefined)[]> {
  const all = await readModelDigests(await ownerUrl(dataDir));
  return FOLDED.map((name) => all[name]);
}

async function heldUntil(backup: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(backup, 'backup.json'), 'utf8')) as { readonly holds_until: string };
  return manifest.holds_until;
}

function admin({ url, session }: StartedSystem): ApiClient {
  return new ApiClient(url, session.admin_token);
}
