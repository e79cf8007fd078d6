import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KeyledgerApi } from './src/keyledger-api.ts';

type Reply = (request: IncomingMessage, response: ServerResponse) => void;

const soon = { until: () => performance.now() + 60_000 };
const ok: Reply = (_, response) => response.end('{"status": "completed"}');
const lost: Reply = (request) => request.socket.destroy();
const refused =
  (status: number, headers: Readonly<Record<string, string>> = {}): Reply =>
  (_, response) =>
    response.writeHead(status, headers).end('{"detail": {"code": "lease_lost", "message": "Gone."}}');

let server: Server;
let replies: Reply[];
let asked: { readonly body: string; readonly at: number }[];
let lines: string[];

beforeEach(async () => {
  [asked, lines] = [[], []];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => void (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ body, at: performance.now() });
      (replies.shift() ?? ok)(request, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('sends a request whose answer was lost again, the very same', async () => {
  replies = [lost, refused(503), ok];
  const answer = await api().post('/v1/worker/jobs/job_1/complete', { lease_token: 't', result: 1 }, soon);
  expect(answer).toMatchObject({ status: 200, tries: 3, body: { status: 'completed' } });
  expect(new Set(asked.map(({ body }) => body))).toEqual(new Set(['{"lease_token":"t","result":1}']));
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toContain('secret of the key');
});

it('waits at least as long as Retry-After says', async () => {
  replies = [refused(503, { 'retry-after': '2' })];
  await api().post('/x', {}, soon);
  expect((asked[1]?.at ?? 0) - (asked[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_990);
});

it.each([401, 403, 404, 409, 422])('takes %s for an answer', async (status) => {
  replies = [refused(status)];
  const answer = await api().post('/x', {}, soon);
  expect(answer).toMatchObject({ status, code: 'lease_lost', message: 'Gone.', tries: 1 });
});

it('gives up where another try would come too late, and says why', async () => {
  replies = [refused(503)];
  await expect(api().post('/x', {}, { until: () => performance.now() })).rejects.toThrow('answered 503, given up');
  expect(asked).toHaveLength(1);
});

it('sends a request again that nobody answers', async () => {
  replies = [() => undefined];
  const answer = await api().post('/x', {}, { ...soon, answerWithinMs: 100 });
  expect(answer).toMatchObject({ status: 200, tries: 2 });
});

it('ends at once when it is told to', async () => {
  const stop = new AbortController();
  replies = [() => stop.abort(new Error('told to'))];
  await expect(api().post('/x', {}, { ...soon, signal: stop.signal })).rejects.toThrow('told to');
});

function api(): KeyledgerApi {
  const { port } = server.address() as AddressInfo;
  return new KeyledgerApi({
    url: `http://127.0.0.1:${port}`,
    key: 'secret of the key',
    log: (line) => lines.push(line),
  });
}
