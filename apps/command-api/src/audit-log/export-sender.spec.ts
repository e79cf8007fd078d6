import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { SILENT, type Logger } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import type { ReadPage } from '#libs/read-models';
import { eventually } from '#libs/testing';
import { ClientAddresses } from '../http/client-address.js';
import { errorAnswer } from '../http/error-answer.js';
import { RequestContext } from '../http/request-context.js';
import { callers } from '../testing/callers.js';
import { DownloadLimit } from './download-limit.js';
import type { EndedExport } from './export-audit.js';
import { ExportSender } from './export-sender.js';
import type { ReaderPaceOptions } from './reader-pace.js';

type Pages = (readPage: ReadPage) => AsyncGenerator<readonly string[], void, undefined>;

let server: FastifyInstance;
let url: string;
let pages: Pages;
let exported: EndedExport[];
const open: Socket[] = [];

/** There is one place, so that a second download tells whether it is free. */
async function serve(pace: ReaderPaceOptions = { leastBytes: 1 }, logger: Logger = SILENT): Promise<void> {
  exported = [];
  server = fastify({ forceCloseConnections: true });
  const audit = { begun: () => undefined, exported: (ended: EndedExport) => void exported.push(ended) };
  const limit = new DownloadLimit({ perOrganization: 1, total: 1 });
  const sender = new ExportSender({ audit, limit, logger, pace });
  server.addHook('onRequest', (request, _reply, done) => {
    request.context = new RequestContext(request, new ClientAddresses([]));
    request.context.caller = callers.user('auditor');
    done();
  });
  server.setErrorHandler((error, request, reply) => {
    if (reply.raw.headersSent) return void reply.raw.destroy();
    const { status, headers, body } = errorAnswer(error, request.id);
    return reply.code(status).headers(headers).send(body);
  });
  server.get('/', (request, reply) =>
    sender.send(request, reply, {
      ...{ format: 'ndjson', via: 'export', name: 'x', head: '', filters: {}, pages },
      line: (row: string) => `${row}\n`,
    }),
  );
  await server.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/`;
}
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await server.close();
});

/** Pages of which the second is only there once it is let out. */
function held(): { letOut: () => void; pages: Pages } {
  const second = Promise.withResolvers<void>();
  return {
    letOut: second.resolve,
    pages: async function* () {
      yield ['first'];
      await second.promise;
      yield ['second'];
    },
  };
}

const onePage: Pages = async function* () {
  yield await Promise.resolve(['only']);
};

/** Asks, takes the head of the answer and reads no further. */
async function readHead(): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  open.push(socket);
  socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'readable');
  return socket;
}

const placeIsFree = () =>
  eventually('a free place', async () => {
    pages = onePage;
    const answer = await fetch(url);
    await answer.text();
    return answer.status === 200 || null;
  });

it('refuses a download beyond the limit with nothing sent or noted, and has the place again at the end', async () => {
  await serve();
  const { pages: slow, letOut } = held();
  pages = slow;
  const first = await fetch(url);
  const second = await fetch(url);
  expect([second.status, second.headers.get('retry-after')]).toEqual([429, '5']);
  expect(second.headers.get('content-disposition')).toBeNull();
  expect(await second.json()).toMatchObject({ detail: { code: 'rate_limited' } });
  expect(exported).toEqual([]);
  letOut();
  expect(await first.text()).toBe('first\nsecond\n');
  await placeIsFree();
  expect(exported[0]).toMatchObject({ rowCount: 2, completed: true });
});

it('answers a HEAD without a place', async () => {
  await serve();
  ({ pages } = held());
  await readHead();
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
});

it('has the place again after an outage ahead of the first page, which is answered as one', async () => {
  await serve();
  pages = async function* (readPage) {
    await readPage(() => Promise.reject(new DatabaseUnavailable('away')));
  };
  expect((await fetch(url)).status).toBe(503);
  await placeIsFree();
});

it('has the place again after a page that cannot be read, and cuts the answer off', async () => {
  await serve();
  pages = async function* (readPage) {
    yield ['first'];
    await readPage(() => Promise.reject(new Error('wrong statement')));
  };
  await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow();
  await placeIsFree();
  expect(exported[0]).toMatchObject({ completed: false });
});

it('reads a page again that met an outage, and sends each row once', async () => {
  await serve();
  let tries = 0;
  pages = async function* (readPage) {
    yield ['first'];
    yield await readPage(() =>
      tries++ === 0 ? Promise.reject(new DatabaseUnavailable('away')) : Promise.resolve(['second']),
    );
  };
  expect(await (await fetch(url)).text()).toBe('first\nsecond\n');
});

it('has the place of a reader that went away again once its page was read, and not before', async () => {
  await serve();
  const { pages: slow, letOut } = held();
  pages = slow;
  (await readHead()).destroy();
  await eventually('the noted end', () => Promise.resolve(exported.length === 1 || null));
  expect((await fetch(url)).status).toBe(429);
  letOut();
  await placeIsFree();
});

const endless: Pages = async function* () {
  for (;;) yield await Promise.resolve(['x'.repeat(1_000_000)]);
};

it('cuts a reader off that takes nothing any more', async () => {
  await serve({ leastBytes: 1, windowMs: 200 });
  pages = endless;
  await readHead();
  await placeIsFree();
  expect(exported[0]).toMatchObject({ completed: false });
});

it('cuts a reader off that never stops and takes less than it has to, and says so', async () => {
  const said: object[] = [];
  const logger = { ...SILENT, warn: (fields: object, message: string) => void said.push({ ...fields, message }) };
  // More than anybody takes in that time, so that it is the amount that counts and no stop.
  await serve({ leastBytes: 100_000_000_000, windowMs: 500 }, logger);
  pages = endless;
  const reader = await readHead();
  reader.on('data', () => {
    reader.pause();
    setTimeout(() => reader.resume(), 5);
  });
  await once(reader, 'close');
  expect(said).toMatchObject([{ org_id: 'org_a', message: 'a download was ended: its reader is too slow' }]);
  await placeIsFree();
  expect(exported[0]).toMatchObject({ completed: false });
});
