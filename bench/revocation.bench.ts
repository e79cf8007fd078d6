import { setImmediate as turn } from 'node:timers/promises';
import { StartedSystem } from '#libs/testing';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { HttpCalls } from './create-key/http-calls.js';

const REVOCATIONS = 1_000;
const GOAL_MS = 1_000;
const SHOWN = [50, 90, 99, 99.9, 100];

/**
 * How long a key that was revoked on one node is still accepted by another: from the first node's answer to the sending of
 * the first verification that the second refuses, asked without a pause. On the event store that `EVENT_STORE_TEST_URL`
 * names, else on Postgres.
 */
export async function run({ log }: BenchContext): Promise<BenchRow[]> {
  const system = await StartedSystem.start({ mode: 'apart', env: { RATE_LIMIT_RPS: '0', LOG_LEVEL: 'error' } });
  const other = await system.startApi();
  await other.process.ready(other.url);
  const here = new HttpCalls(system.url, `Bearer ${system.session.admin_token}`, 1);
  const there = new HttpCalls(other.url, `Bearer ${system.session.platform_token}`, 1);
  try {
    const delays: number[] = [];
    while (delays.length < REVOCATIONS) {
      delays.push(await revokedElsewhereAfter(here, there));
      if (delays.length % 250 === 0) log(`revocation: ${delays.length} keys revoked`);
    }
    delays.sort((a, b) => a - b);
    const at = (percent: number): number => delays[Math.ceil((delays.length * percent) / 100) - 1] ?? Number.NaN;
    const distribution = SHOWN.map((percent) => `p${percent} ${at(percent).toFixed(1)} ms`).join(', ');
    log(`revocation: ${distribution}`);
    const store = process.env['EVENT_STORE_TEST_URL'] === undefined ? 'Postgres' : 'EventStoreDB';
    return [50, 99, 100].map((percent) => ({
      path: `a key revoked on one node is refused by another, ${store}, ${REVOCATIONS} revocations, p${percent}`,
      ...{ measured: at(percent), unit: 'ms', yardstick: null, yardstickValue: null, ratio: null },
      ...{ goal: `under ${GOAL_MS} ms`, met: at(percent) < GOAL_MS },
    }));
  } finally {
    here.close();
    there.close();
    await system.dispose();
  }
}

/** Milliseconds; 0 where the other node refused it at the first question. */
async function revokedElsewhereAfter(here: HttpCalls, there: HttpCalls): Promise<number> {
  const created = await here.call('POST', '/v1/api-keys', {}, JSON.stringify({ name: 'to be revoked' }));
  const { id, secret } = JSON.parse(created.text) as { id: string; secret: string };
  const held = await codeOf(there, secret);
  if (held !== 'valid') throw new Error(`the other node does not hold the key: ${held}`);
  const revoked = await here.call('POST', `/v1/api-keys/${id}/revoke`, {}, '{}');
  if (revoked.status !== 200) throw new Error(`not revoked: ${revoked.text}`);
  const answered = performance.now();
  for (;;) {
    const asked = performance.now();
    const code = await codeOf(there, secret);
    if (code === 'revoked') return asked - answered;
    if (asked - answered > 10 * GOAL_MS) throw new Error(`still ${code} after ${asked - answered} ms`);
    await turn();
  }
}

async function codeOf(calls: HttpCalls, key: string): Promise<string> {
  const { text } = await calls.call('POST', '/v1/api-keys/verify', {}, JSON.stringify({ key }));
  return (JSON.parse(text) as { code: string }).code;
}
