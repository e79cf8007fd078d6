import { createServer, type Socket } from 'node:net';

/** What the parent asks of the receivers' process. */
export type ReceiversOrder = { readonly forget: true } | { readonly count: true } | { readonly tell: true };

/** Of what arrived since it was last told to forget. */
export interface ReceivedFigures {
  readonly count: number;
  /** `performance.timeOrigin + performance.now()` at the first byte of each, by the number in its body's `data.name`. */
  readonly firstBytes: readonly (readonly [name: string, at: number])[];
}

const NO_CONTENT = Buffer.from('HTTP/1.1 204 No Content\r\n\r\n');

let count = 0;
let firstBytes: (readonly [string, number])[] = [];

/*
 * Receivers of webhooks, a process of their own on raw sockets: `/ok` is answered with 204, `/hang` never. An HTTP library
 * here would take from the same cores what the sender needs.
 */
function receive(socket: Socket): void {
  let text = '';
  let firstByteAt: number | null = null;
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    firstByteAt ??= performance.timeOrigin + performance.now();
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length < end + 4 + length) return;
    const name = /"name":"([^"]*)"/.exec(text)?.[1] ?? '';
    if (text.startsWith('POST /ok')) {
      count++;
      firstBytes.push([name, firstByteAt]);
      socket.write(NO_CONTENT);
    }
    text = text.slice(end + 4 + length);
    firstByteAt = null;
  });
}

const server = createServer(receive);
server.listen(0, '127.0.0.1', 4_096, () => process.send?.(server.address()));
process.on('message', (order: ReceiversOrder) => {
  if ('forget' in order) {
    count = 0;
    firstBytes = [];
  }
  process.send?.({ count, firstBytes: 'tell' in order ? firstBytes : [] } satisfies ReceivedFigures);
});
process.on('disconnect', () => process.exit(0));
