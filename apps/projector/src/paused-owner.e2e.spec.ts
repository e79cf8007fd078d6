import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { ApiClient, StartedSystem, eventually, storesOf, type Node } from '#libs/testing';
import { readModelDigests } from './testing/read-model-digests.js';

const CLIENTS = 6;
/** One of each process. */
const PAUSES = 2;

let system: StartedSystem;

beforeAll(async () => {
  system = await StartedSystem.start({ mode: 'apart', env: { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'info' } });
});
afterAll(() => system.dispose());

it('goes on when the owner of the projections is paused, and doubles nothing when that wakes up', async () => {
  const load = new Load();
  let [owner, standby] = [system.projector, await system.startProjector()];
  await states(standby, 'standby');
  for (let pause = 0; pause < PAUSES; pause++) {
    await delay(randomInt(100, 700));
    owner.process.signal('SIGSTOP');
    await states(standby, 'running');
    await visible(await admin().post('/v1/api-keys', { name: 'while the owner is paused' }));
    owner.process.signal('SIGCONT');
    await states(owner, 'standby');
    [owner, standby] = [standby, owner];
  }
  await load.stop();
  const { status, headers, body } = await admin().post('/v1/api-keys', { name: 'the last' });
  expect({ status, visible: await visible({ headers, body }) }).toEqual({ status: 201, visible: true });
  expect(load.created).toBeGreaterThan(CLIENTS);

  // Both have got everywhere: the log has come to its end.
  const fresh = await freshFold();
  await eventually('the same rows', async () => {
    const [disturbed, undisturbed] = [
      await readModelDigests(storesOf(system).databaseUrl),
      await readModelDigests(fresh),
    ];
    return isDeepStrictEqual(disturbed, undisturbed) ? true : null;
  });
  // Each key is created, rotated and revoked: an event that was lost or doubled in both would show here.
  const audited = await admin().get('/v1/system_audit_log?limit=1');
  expect(audited.headers.get('x-total-count')).toBe(String(3 * load.created + PAUSES + 1));
});

/** Changes keys for as long as it is not stopped. */
class Load {
  created = 0;
  #stopped = false;
  readonly #running = Promise.all(Array.from({ length: CLIENTS }, () => this.#run()));

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const { status, body, text } = await admin().post('/v1/api-keys', { name: `key ${++this.created}` });
      if (status !== 201) throw new Error(`not created: ${text}`);
      const rotated = await admin().post(`/v1/api-keys/${String(body['id'])}/rotate`);
      await admin().post(`/v1/api-keys/${String(rotated.body['id'])}/revoke`);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }
}

/** The database of a projector that nobody disturbs, which folds the same log. */
async function freshFold(): Promise<string> {
  const { databaseUrl, eventStoreUrl } = storesOf(system);
  const fresh = new URL(databaseUrl);
  fresh.pathname = '/fresh';
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('create database fresh');
  await client.end();
  const projector = await system.startProjector({ DATABASE_URL: fresh.toString(), EVENT_STORE_URL: eventStoreUrl });
  await states(projector, 'running');
  return fresh.toString();
}

interface ProjectionState {
  readonly state: string;
}

async function projections(node: Node): Promise<readonly ProjectionState[]> {
  const answer = await fetch(`${node.url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
  if (answer === null) return [];
  return ((await answer.json()) as { projections: readonly ProjectionState[] }).projections;
}

/** Waits until every projection of that process is in that state. */
function states(node: Node, wanted: string): Promise<true> {
  return eventually(`projections ${wanted}`, async () => {
    const found = await projections(node);
    return found.length > 0 && found.every(({ state }) => state === wanted) ? true : null;
  });
}

/** Whether a read that waits for the write shows it. */
async function visible({ headers, body }: { headers: Headers; body: Readonly<Record<string, unknown>> }) {
  return eventually('the key', async () => {
    const position = headers.get('x-log-position') ?? '';
    const read = await admin().get(`/v1/api-keys/${String(body['id'])}`, { 'x-min-log-position': position });
    return read.status === 200 ? true : null;
  });
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
