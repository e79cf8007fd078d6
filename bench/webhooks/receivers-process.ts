import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ReceivedFigures, ReceiversOrder } from './receivers.js';

/** The receivers, in a process of their own. */
export class ReceiversProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  static async start(): Promise<ReceiversProcess> {
    const child = fork(fileURLToPath(new URL('./receivers.js', import.meta.url)), { execArgv: [] });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new ReceiversProcess(child, port);
  }

  url(path: '/ok' | '/hang'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  forget(): Promise<ReceivedFigures> {
    return this.#ask({ forget: true });
  }

  async count(): Promise<number> {
    return (await this.#ask({ count: true })).count;
  }

  tell(): Promise<ReceivedFigures> {
    return this.#ask({ tell: true });
  }

  async stop(): Promise<void> {
    this.child.disconnect();
    await once(this.child, 'exit');
  }

  async #ask(order: ReceiversOrder): Promise<ReceivedFigures> {
    this.child.send(order);
    const [figures] = (await once(this.child, 'message')) as [ReceivedFigures];
    return figures;
  }
}
