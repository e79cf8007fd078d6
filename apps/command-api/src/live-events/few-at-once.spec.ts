import { setTimeout as delay } from 'node:timers/promises';
import { FewAtOnce } from './few-at-once.js';

it('runs as many at once as it may, in order, and goes on past what fails', async () => {
  const few = new FewAtOnce(2);
  let [running, most] = [0, 0];
  const begun: number[] = [];
  const work = async (n: number): Promise<number> => {
    begun.push(n);
    most = Math.max(most, ++running);
    await delay(1);
    running--;
    if (n % 5 === 0) throw new Error('of its own');
    return n;
  };
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  const results = await Promise.allSettled(numbers.map((n) => few.run(() => work(n))));
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual(numbers.map((n) => n % 5 !== 0));
  expect([begun, most, running]).toEqual([numbers, 2, 0]);
  expect(await few.run(() => work(1))).toBe(1);
});
