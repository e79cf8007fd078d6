import { Rate } from './rate.js';

it('comes to an even rate, and forgets it', () => {
  let now = 0;
  const rate = new Rate(() => now);
  for (let step = 0; step < 600; step++) {
    now += 100;
    rate.add(50);
  }
  expect(rate.perSecond).toBeGreaterThan(480);
  expect(rate.perSecond).toBeLessThan(520);
  now += 60_000;
  expect(rate.perSecond).toBeLessThan(2);
});
