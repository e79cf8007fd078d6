import { hostname } from 'node:os';
import { KeyledgerApi } from './keyledger-api.ts';
import { readDocument } from './read-document.ts';
import { Worker } from './worker.ts';

/** `node src/main.ts`: works until SIGTERM or SIGINT, and ends when what it holds is finished. */
const { KEYLEDGER_URL: url = 'http://127.0.0.1:3000', KEYLEDGER_KEY: key = '' } = process.env;
const log = (line: string): void => console.log(line);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, beginToStop);

try {
  if (key === '') throw new Error('set KEYLEDGER_KEY to the secret of a key with the scope jobs:work');
  const worker = new Worker({
    api: new KeyledgerApi({ url, key, log }),
    work: readDocument,
    concurrency: wholeNumber('KEYLEDGER_CONCURRENCY', 4, 1, 100),
    leaseSeconds: wholeNumber('KEYLEDGER_LEASE_SECONDS', 30, 10, 600),
    workerId: `${hostname()}:${process.pid}`.slice(-200),
    log,
  });
  log(`working for ${url}`);
  await worker.run(stop.signal);
  log('stopped');
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function beginToStop(): void {
  stop.abort();
  // A second Ctrl-C ends it at once: its leases run out, and their jobs are tried again. npm passes the first one on to us
  // though the terminal has sent it already, so only a later one counts.
  setTimeout(() => process.once('SIGINT', () => process.exit(1)), 1_000).unref();
}

function wholeNumber(name: string, fallback: number, least: number, most: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${name} must be a whole number from ${least} to ${most}`);
}
