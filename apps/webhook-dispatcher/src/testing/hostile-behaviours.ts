import type { Socket } from 'node:net';

/** What receivers that mean harm do with a connection once something has come. */
export const hangs = (): void => undefined;
/** And hangs up. */
export const answers = (head: string) => (socket: Socket) =>
  void socket.end(`HTTP/1.1 ${head}\r\ncontent-length: 0\r\n\r\n`);

export function drips(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
  const timer = setInterval(() => socket.write('a'), 100);
  socket.once('close', () => clearInterval(timer));
}

export function answersGigabyte(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n');
  const more = (): void => {
    while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'a')));
  };
  socket.on('drain', more);
  more();
}

export function closes(socket: Socket): void {
  socket.destroy();
}
