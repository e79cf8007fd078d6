import { connect, type Socket } from 'node:net';

/** A request that is sent by hand, for one that stays unfinished until the test goes on with it. */
export class RawRequest {
  #received = '';

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (this.#received += text));
    socket.on('error', () => undefined);
  }

  static async open(url: string, head: readonly string[]): Promise<RawRequest> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const request = new RawRequest(socket);
    request.send([...head, `host: ${host}`, '', ''].join('\r\n'));
    return request;
  }

  send(text: string): void {
    this.socket.write(text);
  }

  get received(): string {
    return this.#received;
  }

  /** The client takes nothing beyond the beginning of the answer, but stays. Called before that comes. */
  stallAtFirstByte(): void {
    this.socket.once('data', () => this.socket.pause());
  }

  /** Everything that came until the other side closed. */
  async toItsEnd(): Promise<string> {
    if (!this.socket.closed) await new Promise<void>((resolve) => this.socket.once('close', resolve));
    return this.#received;
  }
}
