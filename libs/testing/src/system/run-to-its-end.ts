import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { compileCache } from './templates.js';

export interface EndedRun {
  readonly code: number | null;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

/** Ends what would never end by itself; it then has no exit code. */
const KILLED_AFTER_MS = 180_000;

/** Starts a compiled entry with these settings alone and these arguments, and waits until it has ended by itself. */
export async function runToItsEnd(
  entry: string,
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<EndedRun> {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...compileCache(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: KILLED_AFTER_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await once(child, 'close');
  return { code: child.exitCode, output };
}
