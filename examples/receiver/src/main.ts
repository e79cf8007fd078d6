import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handleEvent } from './handle-event.ts';
import { Receiver } from './receiver.ts';
import { keysOf } from './verify-signature.ts';

/** `node src/main.ts`: takes events until SIGTERM or SIGINT, and ends when what has come is answered. */
const { KEYLEDGER_WEBHOOK_SECRET: secrets = '', HOST: host = '127.0.0.1', PORT: port = '4000' } = process.env;
const log = (line: string): void => console.log(line);

try {
  const keys = keysOf(secrets);
  if (keys.length === 0) throw new Error('set KEYLEDGER_WEBHOOK_SECRET to the secret of the endpoint, whsec_…');
  const server = createServer(new Receiver({ keys, handle: handleEvent, log }).listener);
  server.listen({ host, port: Number(port) }, () => {
    log(`listening at http://${host}:${(server.address() as AddressInfo).port}/`);
  });
  server.once('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => server.close(() => log('stopped')));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
