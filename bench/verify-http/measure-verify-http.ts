import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadFigures, LoadOrder } from './load.js';

export interface VerifyHttpFigures {
  /** The median of the rounds each. */
  readonly verify: LoadFigures;
  readonly echo: LoadFigures;
}

const CONNECTIONS = 64;
const KEYS = 10_000;

/** Measures verification over HTTP and a bare JSON echo in turn, under the same load. @param seconds of each round */
export async function measureVerifyHttp(rounds: number, seconds: number): Promise<VerifyHttpFigures> {
  const [verifyServer, served] = await start<Served>('../../apps/command-api/src/testing/verify-server.js', [
    `${KEYS}`,
  ]);
  const [echoServer, echoed] = await start<{ readonly url: string }>('./echo-server.js', []);
  try {
    const verify: LoadFigures[] = [];
    const echo: LoadFigures[] = [];
    for (let round = 0; round < rounds; round++) {
      const order = { connections: CONNECTIONS, seconds, caller: served.caller, secrets: served.secrets };
      echo.push(await load({ ...order, url: echoed.url }));
      verify.push(await load({ ...order, url: served.url }));
    }
    return { verify: median(verify), echo: median(echo) };
  } finally {
    verifyServer.kill('SIGKILL');
    echoServer.kill('SIGKILL');
  }
}

interface Served {
  readonly url: string;
  readonly caller: string;
  readonly secrets: readonly string[];
}

async function start<Message>(module: string, args: readonly string[]): Promise<readonly [ChildProcess, Message]> {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), args);
  return [child, await messageOf<Message>(child)];
}

async function load(order: LoadOrder): Promise<LoadFigures> {
  const child = fork(fileURLToPath(new URL('./load.js', import.meta.url)));
  child.send(order);
  return messageOf<LoadFigures>(child);
}

async function messageOf<Message>(child: ChildProcess): Promise<Message> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a process of the benchmark ended with ${String(code)}`);
  });
  const message = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  // One of our own processes, each of which sends one kind of message.
  return (message as unknown[])[0] as Message;
}

function median(figures: readonly LoadFigures[]): LoadFigures {
  const sorted = [...figures].sort((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('at least one round is needed');
  return middle;
}
