import { connect, type Socket } from 'node:net';

/** What the parent asks of the load process. */
export interface LoadOrder {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly caller: string;
  readonly secrets: readonly string[];
}

export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/*
 * The load, a process of its own: requests as ready-made bytes on raw sockets, one in flight on each. A client library
 * costs about as much as the server does, and on two cores that would flatter whatever is measured.
 */
process.on('message', (order: LoadOrder) => {
  void load(order).then((figures) => process.send?.(figures, () => process.exit(0)));
});

async function load({ url, connections, seconds, caller, secrets }: LoadOrder): Promise<LoadFigures> {
  const { hostname, port } = new URL(url);
  const requests = secrets.map((key) => {
    const body = JSON.stringify({ key });
    const head = `POST /v1/api-keys/verify HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${caller}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    return Buffer.from(head + body);
  });
  const latencies: number[] = [];
  let next = 0;
  let measuring = false;
  const drive = (socket: Socket): void => {
    let sentAt = 0;
    let missing = 0;
    const send = (): void => {
      sentAt = performance.now();
      socket.write(requests[next++ % requests.length] ?? '');
    };
    socket.on('data', (chunk) => {
      missing = missing > 0 ? missing - chunk.length : lengthOf(chunk) - chunk.length;
      if (missing > 0) return;
      if (measuring) latencies.push(performance.now() - sentAt);
      send();
    });
    send();
  };
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => {
      return new Promise<Socket>((resolve, reject) => {
        const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => resolve(socket));
        socket.on('error', reject);
      });
    }),
  );
  sockets.forEach(drive);
  await pause(1_000);
  measuring = true;
  const startedAt = performance.now();
  await pause(seconds * 1_000);
  measuring = false;
  const elapsed = (performance.now() - startedAt) / 1_000;
  for (const socket of sockets) socket.destroy();
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { perSecond: latencies.length / elapsed, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Bytes of the whole answer. @throws Error for an answer that is not 200: it must not count as work done */
function lengthOf(chunk: Buffer): number {
  const end = chunk.indexOf('\r\n\r\n');
  const head = chunk.toString('latin1', 0, end);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (end === -1 || length === undefined || !head.startsWith('HTTP/1.1 200'))
    throw new Error(`unexpected answer ${head}`);
  return end + 4 + Number(length);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
