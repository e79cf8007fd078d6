import { readFile } from 'node:fs/promises';
import { StartedSystem } from '#libs/testing';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { HttpCalls } from './create-key/http-calls.js';

const KEYS = 100_000;
const IN_FLIGHT = 64;
const GOAL_MB = 400;

/** The memory of the whole embedded process, Postgres aside, once its directory holds 100,000 keys. */
export async function run({ log }: BenchContext): Promise<BenchRow[]> {
  const system = await StartedSystem.start({
    env: { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'warn', DIRECTORY_MAX_KEYS: String(KEYS) },
  });
  const calls = new HttpCalls(system.url, `Bearer ${system.session.admin_token}`, IN_FLIGHT);
  const platform = new HttpCalls(system.url, `Bearer ${system.session.platform_token}`, 1);
  try {
    let next = 0;
    const client = async (): Promise<void> => {
      while (next < KEYS) {
        const number = next++;
        if (number % 10_000 === 0) log(`memory: ${number} keys created and verified`);
        const created = await calls.call(
          'POST',
          '/v1/api-keys',
          {},
          JSON.stringify({ name: `key ${number}`, scopes: ['jobs:read'] }),
        );
        const { secret } = JSON.parse(created.text) as { secret: string };
        const verified = await calls.call('POST', '/v1/api-keys/verify', {}, JSON.stringify({ key: secret }));
        if (!verified.text.includes('"valid":true')) throw new Error(`a key does not verify: ${verified.text}`);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, client));
    const metrics = await platform.call('GET', '/metrics', {});
    const held = Number(/^keyledger_key_directory_keys (\d+)$/m.exec(metrics.text)?.[1] ?? 0);
    if (held < KEYS) throw new Error(`the directory holds ${held} keys, not ${KEYS}`);
    const measured = await residentMegabytes(system.pid);
    return [
      {
        path: `memory of the embedded process with ${held.toLocaleString('en')} keys in the directory, Postgres aside`,
        ...{ measured, unit: 'MB', yardstick: null, yardstickValue: null, ratio: null },
        ...{ goal: `under ${GOAL_MB} MB`, met: measured < GOAL_MB },
      },
    ];
  } finally {
    calls.close();
    platform.close();
    await system.dispose();
  }
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}
