import { delayOfRetry } from './retry-schedule.js';

const HOUR = 3_600_000;

it.each([
  [1, 5_000],
  [2, 60_000],
  [3, 300_000],
  [4, 1_800_000],
  [5, 2 * HOUR],
  [6, 5 * HOUR],
  [7, 10 * HOUR],
  [8, 14 * HOUR],
  [9, 20 * HOUR],
  [10, 24 * HOUR],
])('waits after attempt %i for %i ms, a fifth more or less', (attempts, delay) => {
  expect(delayOfRetry(attempts, null, 0.5)).toBe(delay);
  expect(delayOfRetry(attempts, null, 0)).toBe(0.8 * delay);
  expect(delayOfRetry(attempts, null, 1)).toBe(1.2 * delay);
});

it('gives up after the eleventh', () => {
  expect(delayOfRetry(11, 60, 0.5)).toBeNull();
});

it('waits as long as the receiver asks for where that is longer, a day at most', () => {
  expect(delayOfRetry(1, 120, 0.5)).toBe(120_000);
  expect(delayOfRetry(1, 1, 0.5)).toBe(5_000);
  expect(delayOfRetry(1, 90_000, 0.5)).toBe(24 * HOUR);
});
