import { createServer, type Http2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { eventually } from '#libs/testing';
import { createClient } from './create-client.js';
import { FLOW_CONTROL_WINDOW, widenFlowControl } from './widen-flow-control.js';

it('has the client tell its server how much it takes unread, on one stream and on all together', async () => {
  widenFlowControl();
  const sessions: Http2Session[] = [];
  const server = createServer().on('session', (session) => sessions.push(session));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const client = createClient(`esdb://127.0.0.1:${(server.address() as AddressInfo).port}?tls=false`);
  try {
    const read = client.readAll({ maxCount: 1 });
    read.on('error', () => undefined);
    const session = await eventually('a connection', () => sessions[0] ?? null);
    await eventually('its windows', () =>
      session.state.remoteWindowSize === FLOW_CONTROL_WINDOW &&
      session.remoteSettings.initialWindowSize === FLOW_CONTROL_WINDOW
        ? true
        : null,
    );
  } finally {
    await client.dispose();
    for (const session of sessions) session.destroy();
    server.close();
  }
});
