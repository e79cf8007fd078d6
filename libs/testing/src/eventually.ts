import { setTimeout as delay } from 'node:timers/promises';

/** No measure of anything: it only ends what would never come, also on a machine that is busy with much else. */
const WITHIN_MS = 180_000;

/**
 * Asks until the answer is not null; how long that takes is no part of what is tested. What `ask` throws is not tried
 * again, so that it can expect what must hold at every moment.
 * @throws Error with `what`
 */
export async function eventually<T>(what: string, ask: () => Promise<T | null> | T | null): Promise<T> {
  for (const deadline = performance.now() + WITHIN_MS; performance.now() < deadline; await delay(20)) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  throw new Error(`it never came: ${what}`);
}
