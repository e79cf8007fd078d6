import { Backoff, pause } from './backoff.js';

const pauses = (backoff: Backoff, count: number): readonly number[] =>
  Array.from({ length: count }, () => backoff.failed());

it('doubles up to its bound, also after very many failures, and begins anew after a success', () => {
  const backoff = new Backoff({ firstMs: 100, longestMs: 1_000, jitter: 0 });
  expect(pauses(backoff, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(new Set(pauses(backoff, 2_000))).toEqual(new Set([1_000]));
  expect(backoff.failures).toBe(2_006);
  backoff.succeeded();
  expect([backoff.failures, ...pauses(backoff, 2)]).toEqual([0, 100, 200]);
});

it.each([
  [undefined, [100, 160, 400]],
  [1, [100, 0, 400]],
])('takes a share of %s off by chance', (jitter, expected) => {
  const chances = [0, 1, 0];
  const backoff = new Backoff({ firstMs: 100, longestMs: 1_000, jitter }, () => chances.shift() ?? 0);
  expect(pauses(backoff, 3)).toEqual(expected);
});

it('ends a pause once it is told to, without an error', async () => {
  const stopping = new AbortController();
  const paused = pause(3_600_000, stopping.signal);
  stopping.abort();
  await paused;
  await pause(3_600_000, stopping.signal);
});
