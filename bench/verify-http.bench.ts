import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { measureVerifyHttp } from './verify-http/measure-verify-http.js';

const ROUNDS = 3;
const SECONDS = 5;
const RATE_GOAL = 0.45;
const P99_GOAL = 2.5;
const WHAT = 'POST /v1/api-keys/verify, 64 connections, 10,000 keys';

/** Verification over HTTP, its caller authenticated by a key too, against a bare JSON echo under the same load. */
export async function run(context: BenchContext): Promise<BenchRow[]> {
  const { verify, echo } = await measureVerifyHttp(ROUNDS, SECONDS);
  const [rate, p99] = [verify.perSecond / echo.perSecond, verify.p99Ms / echo.p99Ms];
  context.log(`verify-http: p50 ${verify.p50Ms.toFixed(2)} ms against ${echo.p50Ms.toFixed(2)} ms`);
  return [
    {
      ...{ path: WHAT, measured: verify.perSecond, unit: 'requests/s' },
      ...{ yardstick: 'bare node:http JSON echo', yardstickValue: echo.perSecond, ratio: rate },
      ...{ goal: `ratio of at least ${RATE_GOAL}`, met: rate >= RATE_GOAL },
    },
    {
      ...{ path: `${WHAT}, p99`, measured: verify.p99Ms, unit: 'ms' },
      ...{ yardstick: 'the same echo', yardstickValue: echo.p99Ms, ratio: p99 },
      ...{ goal: `ratio of at most ${P99_GOAL}`, met: p99 <= P99_GOAL },
    },
  ];
}
