import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { lineageOf, lineageStream } from '#libs/domain';
import { NO_STREAM } from '#libs/event-store';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import { JetStreamBus } from '#libs/messaging';
import { SILENT } from '#libs/observability';
import { migrate, roleUrl } from '#libs/postgres';
import { CheckpointWaiter } from '#libs/projections';
import { ApiKeyHistoryProjection, ApiKeysProjection, AuditLogProjection } from '#libs/read-models';
import {
  apiKeyCreated,
  createTestDatabase,
  describeWithNats,
  keyId,
  NatsServer,
  type TestDatabase,
} from '#libs/testing';
import { runProjector } from './run-projector.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

it('projects what is appended, as the api role in another process can see, until it is told to stop', async () => {
  const stopping = new AbortController();
  const running = runProjector({ DATABASE_URL: database.url, LOG_LEVEL: 'silent' }, stopping.signal);
  await migrate(database.url, eventStoreMigrations);
  const store = await PostgresEventStore.open({ ownerUrl: database.url, logger: SILENT });
  const { type, data, metadata } = apiKeyCreated();
  const stream = lineageStream(lineageOf(keyId(0)) ?? '');
  const result = await store.append(stream, NO_STREAM, [{ id: randomUUID(), type, data, metadata }]);
  if (result.outcome !== 'stored') throw new Error('the stream was not new');

  const waiter = new CheckpointWaiter({ url: roleUrl(database.url, 'api'), logger: SILENT });
  for (const projection of [new ApiKeysProjection(), new ApiKeyHistoryProjection(), new AuditLogProjection()]) {
    expect(await waiter.waitFor(projection, result.position, 170_000)).toBe(true);
  }
  await waiter.close();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(
    `select id from read_models.api_keys union all select id from read_models.api_key_states
     union all select target_id from read_models.audit_entries`,
  );
  await client.end();
  expect(rows).toHaveLength(3);

  stopping.abort();
  await running;
  await store.close();
});

describeWithNats('with NATS', () => {
  it('publishes what receivers are told, for a reader in another process', async () => {
    const server = await NatsServer.start();
    const stopping = new AbortController();
    const environment = { DATABASE_URL: database.url, LOG_LEVEL: 'silent', NATS_URL: server.url };
    const running = runProjector(environment, stopping.signal);
    await migrate(database.url, eventStoreMigrations);
    const store = await PostgresEventStore.open({ ownerUrl: database.url, logger: SILENT });
    const { type, data, metadata } = apiKeyCreated();
    const stream = lineageStream(lineageOf(keyId(0)) ?? '');
    await store.append(stream, NO_STREAM, [{ id: randomUUID(), type, data, metadata }]);

    const bus = new JetStreamBus({ url: server.url, logger: SILENT });
    const found = [];
    for await (const { messages } of bus.subscribe({ signal: stopping.signal })) {
      found.push(...messages.filter(({ content }) => content !== null));
      if (found.length > 0) break;
    }
    expect(found[0]).toMatchObject({ position: '1', previous: '0', content: { event: { type: 'api_key.created' } } });

    stopping.abort();
    await running;
    await bus.close();
    await store.close();
    await server.dispose();
  });
});

it.each([
  [{}, /DATABASE_URL must be set/],
  [{ DATABASE_URL: 'mysql://localhost/x' }, /DATABASE_URL must be/],
  [{ DATABASE_URL: 'postgres://localhost/x' }, /DATABASE_URL .* password/],
])('refuses to start with %p', async (environment, problem) => {
  await expect(runProjector(environment, new AbortController().signal)).rejects.toThrow(problem);
});

it('waits for a database that is not there yet, and stops while it waits', async () => {
  const stopping = new AbortController();
  const environment = { DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none', LOG_LEVEL: 'silent' };
  const running = runProjector(environment, stopping.signal);
  stopping.abort();
  await expect(running).resolves.toBeUndefined();
});
