import { setTimeout as delay } from 'node:timers/promises';
import { NextRun } from './next-run.js';

it('answers each by a run that began after the question, and many by the same', async () => {
  let [runs, running] = [0, 0];
  const next = new NextRun(async () => {
    const run = ++runs;
    expect(++running).toBe(1);
    await delay(5);
    running--;
    return run;
  });
  const first = next.ask();
  const waiting = Array.from({ length: 100 }, () => next.ask());
  expect(await first).toBe(1);
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([2]));
  expect(await next.ask()).toBe(3);
});

it('fails those alone whose run failed', async () => {
  let runs = 0;
  const next = new NextRun(async () => {
    if (++runs === 1) throw new Error('away');
    return runs;
  });
  const answers = await Promise.allSettled([next.ask(), next.ask(), next.ask()]);
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual(['failed', 2, 2]);
});
