import { SILENT } from '#libs/observability';
import { eventually, silentServer } from '#libs/testing';
import { PostgresEventStore } from './postgres-event-store.js';

it('stops opening when it is told to, while the server takes connections and says nothing', async () => {
  const server = await silentServer();
  const stopping = new AbortController();
  const options = { ownerUrl: `postgres://u:p@127.0.0.1:${server.port}/d`, logger: SILENT, signal: stopping.signal };
  try {
    // Left to itself it ends with an outage.
    const outcome = expect(PostgresEventStore.open(options)).rejects.toMatchObject({ name: 'AbortError' });
    await eventually('a connection', () => (server.connections() > 0 ? true : null));
    stopping.abort();
    await outcome;
    await expect(PostgresEventStore.open(options)).rejects.toBe(stopping.signal.reason);
    expect(server.connections()).toBe(1);
  } finally {
    server.stop();
  }
});
