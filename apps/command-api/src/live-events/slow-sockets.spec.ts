import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { eventually } from '#libs/testing';
import { EventStream } from '../testing/event-stream.js';
import { LiveScenario } from '../testing/live-scenario.js';

const BATCH = 900;

const scenario = new LiveScenario();
const server = createServer((request, response) => {
  const { 'last-event-id': lastEventId = null } = request.headers;
  void scenario
    .listen({ lastEventId: [lastEventId].flat().join() || null, cut: () => response.destroy() })
    .then((stream) => stream.body.pipe(response));
});
let url: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** A client that asks for the stream and then reads nothing of it. */
async function stuck(): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
  return socket;
}

it('cuts off readers that take nothing, while others get everything, and lets them come back for all of it', async () => {
  const reader = await EventStream.open(url, { credential: 'any' });
  await reader.opened();
  const { lastEventId } = reader;
  const sockets = [await stuck(), await stuck()];
  await eventually('three streams', () => (scenario.events.open === 3 ? true : null));
  let written = 0;
  // What the operating system takes for a reader comes on top of what is held for it here.
  await eventually('the cut', async () => {
    scenario.append(BATCH);
    written += BATCH;
    await reader.received(written);
    return scenario.ended.length === 2 ? true : null;
  });
  const expected = Array.from({ length: written }, (_, n) => n + 1);
  expect([reader.hasEnded, reader.seqs, scenario.ended]).toEqual([false, expected, ['slow', 'slow']]);
  expect(scenario.events.heldBytes).toBe(0);
  sockets.forEach((socket) => socket.destroy());

  const back = await EventStream.open(url, { credential: 'any', lastEventId });
  await back.received(written);
  expect(back.seqs).toEqual(expected);
  back.close();
  reader.close();
});
