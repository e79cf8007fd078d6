import { ApiClient, eventually, StartedSystem } from '#libs/testing';
import { EndpointClient } from './testing/endpoint-client.js';
import { expectAllDelivered } from './testing/expect-all-delivered.js';
import { Load, TYPES_OF_LOAD } from './testing/load.js';
import { FAILS_AT_TIMES, NotingReceiver } from './testing/noting-receiver.js';

/** After which nothing more may come to a paused endpoint: what the contract promises. */
const PAUSES_WITHIN_MS = 1_000;
const ENOUGH = 100;
/** Given up by the pause, so that no attempt tells of them. */
const MOST_IN_FLIGHT = 32;

let system: StartedSystem;
const receivers: NotingReceiver[] = [];
beforeAll(async () => {
  const guard = { WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8', WEBHOOK_ALLOW_HTTP: 'true' };
  system = await StartedSystem.start({ env: { ...guard, RATE_LIMIT_RPS: '0', LOG_LEVEL: 'warn' } });
});
afterAll(async () => {
  await system.dispose();
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

it('sends nothing from a second after a pause on, keeps all of it over a restart, and sends or skips it then', async () => {
  const [sending, skipping, witness] = [await Paused.create(), await Paused.create(), await Paused.create()];
  const load = new Load({ admin, operator });
  await load.start();
  const both = [sending, skipping];
  await Promise.all(both.map((one) => one.isBusy()));
  await Promise.all(both.map((one) => one.pause()));
  await Promise.all(both.map((one) => one.hasKept()));
  await load.stop();
  const last = await admin().post('/v1/api-keys', { name: 'last' });
  const position = last.headers.get('x-log-position');
  const pending = await Promise.all(both.map((one) => one.endpoint.deliveries({ status: 'pending', position })));

  await system.kill('SIGTERM');
  await system.launch();
  // Whoever sends is there again.
  const afterwards = await admin().post('/v1/api-keys', { name: 'after the restart' });
  await witness.heardOf(String(afterwards.body['id']));
  for (const [index, { endpoint }] of both.entries()) {
    const backlog = (pending[index]?.length ?? 0) + 1;
    const shown = await endpoint.shown(afterwards.headers.get('x-log-position'));
    expect(shown).toMatchObject({ status: 'paused', backlog });
  }
  for (const one of both) one.expectSilence();

  await skipping.endpoint.post('activate', { backlog: 'skip' });
  await sending.endpoint.post('activate');
  const end = await admin().post('/v1/api-keys', { name: 'after the activation' });
  await skipping.expectSkipped(String(end.body['id']), new Set(pending[1]?.map(({ event_id }) => event_id)));
  const acknowledged = [...load.acknowledged(), ...[last, afterwards, end].map(({ body }) => created(body))];
  await expectAllDelivered(
    { ...sending, types: TYPES_OF_LOAD },
    { admin: admin(), acknowledged, position: end.headers.get('x-log-position'), mostUnrecorded: MOST_IN_FLIGHT },
  );
});

/** An endpoint to be paused, whose receiver has some tried again. */
class Paused {
  #pausedAt = Infinity;

  private constructor(
    readonly endpoint: EndpointClient,
    readonly receiver: NotingReceiver,
  ) {}

  static async create(): Promise<Paused> {
    const receiver = await NotingReceiver.listen(FAILS_AT_TIMES);
    receivers.push(receiver);
    const endpoint = await EndpointClient.create(admin, receiver.url, TYPES_OF_LOAD);
    receiver.verifyWith(endpoint.secret);
    return new Paused(endpoint, receiver);
  }

  isBusy(): Promise<true> {
    return eventually('enough requests', () => (this.receiver.noted.length >= ENOUGH ? true : null));
  }

  async pause(): Promise<void> {
    await this.endpoint.post('pause');
    this.#pausedAt = performance.now();
  }

  /** Until much has happened meanwhile, and all that would have been tried again is past its time. */
  async hasKept(): Promise<void> {
    const before = await this.endpoint.deliveries({ status: 'pending' });
    const tried = before.filter(({ attempts }) => attempts.length > 0);
    expect(tried.length).toBeGreaterThan(0);
    const lastOfThem = Math.max(...tried.map(({ next_attempt_at }) => next_attempt_at ?? 0));
    await eventually('a backlog', async () => {
      const { backlog } = await this.endpoint.shown();
      const isPast = Date.now() / 1_000 > lastOfThem + 2;
      return isPast && Number(backlog) >= before.length + ENOUGH ? true : null;
    });
  }

  expectSilence(): void {
    expect(this.receiver.noted.filter(({ at }) => at > this.#pausedAt + PAUSES_WITHIN_MS)).toEqual([]);
  }

  heardOf(objectId: string): Promise<true> {
    return eventually(`word of ${objectId}`, () =>
      this.receiver.noted.some(({ data, answered }) => data['id'] === objectId && answered === 204) ? true : null,
    );
  }

  /** Of what was pending nothing came, and what happened afterwards comes, under its own number. */
  async expectSkipped(laterId: string, pending: ReadonlySet<string>): Promise<void> {
    await this.heardOf(laterId);
    const deliveries = await this.endpoint.deliveries();
    const skipped = deliveries.filter(({ status }) => status === 'skipped');
    // Beside those that were listed, what happened between then and the activation.
    expect(skipped.length).toBe(pending.size + 1);
    expect(skipped.filter(({ event_id }) => pending.has(event_id))).toHaveLength(pending.size);
    const later = this.receiver.noted.filter(({ at }) => at > this.#pausedAt + PAUSES_WITHIN_MS);
    expect(new Set(later.map(({ data }) => data['id']))).toEqual(new Set([laterId]));
    expect(later[0]?.sequence).toBe(deliveries.length);
  }
}

function created(body: Readonly<Record<string, unknown>>): string {
  return `api_key.created ${String(body['id'])}`;
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}

function operator(): ApiClient {
  return new ApiClient(system.url, system.session.platform_token);
}
