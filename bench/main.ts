import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '#libs/embedded-postgres';
import * as append from './append.bench.js';
import * as appendEventStoreDb from './append-eventstoredb.bench.js';
import * as asOf from './as-of.bench.js';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import * as createKey from './create-key.bench.js';
import * as jobs from './jobs.bench.js';
import * as jobsCost from './jobs-cost.bench.js';
import * as jobsHttp from './jobs-http.bench.js';
import * as memory from './memory.bench.js';
import * as projection from './projection.bench.js';
import * as projectionLag from './projection-lag.bench.js';
import * as readLog from './read-log.bench.js';
import * as rebuild from './rebuild.bench.js';
import * as revocation from './revocation.bench.js';
import * as usage from './usage.bench.js';
import * as verifyFunction from './verify-function.bench.js';
import * as verifyHttp from './verify-http.bench.js';
import * as webhooks from './webhooks.bench.js';

/** Every benchmark, in the order in which it runs. */
const BENCHES: Readonly<Record<string, { run(context: BenchContext): Promise<BenchRow[]> }>> = {
  append,
  'append-eventstoredb': appendEventStoreDb,
  'read-log': readLog,
  projection,
  rebuild,
  'projection-lag': projectionLag,
  'as-of': asOf,
  usage,
  jobs,
  'jobs-http': jobsHttp,
  'jobs-cost': jobsCost,
  'verify-function': verifyFunction,
  'verify-http': verifyHttp,
  'create-key': createKey,
  revocation,
  webhooks,
  memory,
};

/** `npm run bench -- [--json] [--jobs=N] [name…]`: all of them, or those named. */
async function main(args: readonly string[]): Promise<void> {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const mostJobs = Number(args.find((arg) => arg.startsWith('--jobs='))?.slice('--jobs='.length) ?? 1_000_000);
  if (!Number.isSafeInteger(mostJobs) || mostJobs < 1) throw new Error('--jobs= takes a number of jobs');
  const unknown = names.find((name) => !(name in BENCHES));
  if (unknown !== undefined) throw new Error(`no benchmark ${unknown}; there are ${Object.keys(BENCHES).join(', ')}`);
  const directory = await mkdtemp(join(tmpdir(), 'keyledger-bench-'));
  // The server's defaults: what is measured flushes to disk at every commit.
  const server = await EmbeddedPostgres.start({ directory });
  const rows: BenchRow[] = [];
  try {
    for (const [name, bench] of Object.entries(BENCHES)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const postgresUrl = await server.database(`bench_${name.replaceAll('-', '_')}`);
      rows.push(...(await bench.run({ postgresUrl, mostJobs, log: (line) => console.error(line) })));
    }
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
  console.log(args.includes('--json') ? JSON.stringify({ machine, rows }, null, 2) : table(rows));
}

function table(rows: readonly BenchRow[]): string {
  const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 2 : 0 });
  const cells = rows.map((row) => [
    row.path,
    `${number(row.measured)} ${row.unit}`,
    row.yardstickValue === null ? '' : `${number(row.yardstickValue)} ${row.unit} (${row.yardstick ?? ''})`,
    row.ratio === null ? '' : number(row.ratio),
    row.goal,
    row.met ? 'met' : 'MISSED',
  ]);
  const lines = [['path', 'measured', 'yardstick', 'ratio', 'goal', ''], ...cells];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

await main(process.argv.slice(2));
