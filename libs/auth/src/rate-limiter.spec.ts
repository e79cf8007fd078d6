import fc from 'fast-check';
import { RateLimiter } from './rate-limiter.js';

function limiter(options: { rps: number; burst?: number; capacity?: number }) {
  const time = { now: 0 };
  return { time, limiter: new RateLimiter({ ...options, monotonic: () => time.now }) };
}

it('lets twice a second’s worth through at once, then as many a second as it says, for each name by itself', () => {
  const { limiter: rates, time } = limiter({ rps: 10 });
  expect(Array.from({ length: 20 }, () => rates.take('a'))).toEqual(Array(20).fill(0));
  expect(rates.take('a')).toBeCloseTo(0.1);
  expect(rates.take('b')).toBe(0);
  time.now += 1_000;
  expect(Array.from({ length: 11 }, () => rates.take('a') === 0)).toEqual([...Array<boolean>(10).fill(true), false]);
});

it('says the wait after which there is one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 50 }), (rps, burst) => {
      const { limiter: rates, time } = limiter({ rps, burst });
      let wait = 0;
      for (let taken = 0; taken <= burst; taken++) wait = rates.take('a');
      expect(wait).toBeGreaterThan(0);
      time.now += wait * 1_000 + 0.001;
      expect(rates.take('a')).toBe(0);
    }),
  );
});

it('never lets more through than burst and rate allow', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 20 }), (pauses, rps) => {
      const { limiter: rates, time } = limiter({ rps });
      let passed = 0;
      for (const pause of pauses) {
        time.now += pause;
        if (rates.take('a') === 0) passed += 1;
        expect(passed).toBeLessThanOrEqual(2 * rps + (time.now / 1_000) * rps + 1e-6);
      }
    }),
  );
});

it('lets everything through when it is off', () => {
  const { limiter: rates } = limiter({ rps: 0 });
  expect(Array.from({ length: 1_000 }, () => rates.take('a')).every((wait) => wait === 0)).toBe(true);
});

it('remembers no more names than it may', () => {
  const { limiter: rates } = limiter({ rps: 1, burst: 1, capacity: 2 });
  expect([rates.take('a'), rates.take('b'), rates.take('c'), rates.take('a')]).toEqual([0, 0, 0, 0]);
  expect(rates.take('c')).toBeGreaterThan(0);
});
