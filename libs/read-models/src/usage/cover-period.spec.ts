import fc from 'fast-check';
import { coverPeriod } from './cover-period.js';

const DAY = 86_400;
const QUARTER_MS = 900_000;
const at = (text: string): number => Date.parse(text);

it('takes whole days where nothing cuts them, and narrower buckets at their sides', () => {
  const cover = coverPeriod(at('2026-01-01T10:15Z'), at('2026-01-04T01:00Z'), [0], at('2027-01-01Z'));
  const range = (width: number, from: string, to: string) => ({
    bucketAt: 0,
    width,
    from: at(from) / 1_000,
    to: at(to) / 1_000,
    step: (at(to) - at(from)) / 1_000,
  });
  expect(cover).toEqual({
    buckets: [
      range(900, '2026-01-01T10:15Z', '2026-01-01T11:00Z'),
      range(3_600, '2026-01-01T11:00Z', '2026-01-01T12:00Z'),
      range(21_600, '2026-01-01T12:00Z', '2026-01-02T00:00Z'),
      range(DAY, '2026-01-02T00:00Z', '2026-01-04T00:00Z'),
      range(3_600, '2026-01-04T00:00Z', '2026-01-04T01:00Z'),
    ],
    instants: [],
  });
});

it('needs one range for hours, days or months on end, but no more than 24 of them', () => {
  const hours = Array.from({ length: 50 }, (_, n) => at('2026-01-01T00:15Z') / 1_000 + n * 3_600);
  const ranges = (from: string, to: string) =>
    coverPeriod(at(from), at(to), hours, at('2027-01-01Z')).buckets.map((range) => [
      hours.indexOf(range.bucketAt),
      (range.to - range.from) / range.width,
      range.step / range.width,
    ]);
  expect(ranges('2026-01-01T00:15Z', '2026-01-03T02:15Z')).toEqual([
    [0, 96, 4],
    [24, 96, 4],
    [48, 8, 4],
  ]);
  // The first and the last are cut.
  expect(ranges('2026-01-01T00:45Z', '2026-01-01T04:30Z')).toEqual([
    [0, 2, 2],
    [1, 12, 4],
    [4, 1, 1],
  ]);
});

it('adds the shorter part of a quarter that the period cuts, or takes it off', () => {
  const long = coverPeriod(at('2026-01-01T00:01Z'), at('2026-01-01T01:14Z'), [0], at('2027-01-01Z'));
  expect(long.instants).toEqual([
    { bucketAt: 0, from: at('2026-01-01T00:00Z'), to: at('2026-01-01T00:01Z'), sign: -1 },
    { bucketAt: 0, from: at('2026-01-01T01:14Z'), to: at('2026-01-01T01:15Z'), sign: -1 },
  ]);
  const short = coverPeriod(at('2026-01-01T00:14Z'), at('2026-01-01T01:01Z'), [0], at('2027-01-01Z'));
  expect(short.instants).toEqual([
    { bucketAt: 0, from: at('2026-01-01T00:14Z'), to: at('2026-01-01T00:15Z'), sign: 1 },
    { bucketAt: 0, from: at('2026-01-01T01:00Z'), to: at('2026-01-01T01:01Z'), sign: 1 },
  ]);
});

it('looks at nothing that was in the present quarter, but takes off what has not come yet', () => {
  const now = at('2026-01-01T01:01Z');
  expect(coverPeriod(at('2026-01-01T00:00Z'), now, [0], now).instants).toEqual([
    { bucketAt: 0, from: now, to: at('2026-01-01T01:15Z'), sign: -1 },
  ]);
});

it('is nothing for a period without a moment', () => {
  expect(coverPeriod(5, 5, [0], 0)).toEqual({ buckets: [], instants: [] });
});

const moment = fc.integer({ min: 0, max: 5 * DAY * 1_000 });
const stepsTo = (later: number, step: number): number => Math.floor(later / step) * step;
const someStarts = fc
  .uniqueArray(fc.integer({ min: 0, max: 5 * 96 }), { maxLength: 12 })
  .map((quarters) => [0, ...quarters.sort((one, other) => one - other).map((quarter) => quarter * 900)]);

/** As of a zone that changes its clocks once: equal hours or days, with a jump between two of them. */
const evenStarts = fc
  .tuple(fc.constantFrom(4, 96), fc.nat({ max: 96 }), fc.nat({ max: 120 }), fc.nat({ max: 3 }))
  .map(([quarters, offset, jumpsAt, jump]) => [
    0,
    ...Array.from(
      { length: Math.ceil((6 * 96) / quarters) },
      (_, n) => (n < jumpsAt ? 0 : jump) + offset + n * quarters,
    )
      .filter((start) => start > 0)
      .map((start) => start * 900),
  ]);
const starts = fc.oneof(someStarts, evenStarts);

it('counts every moment of the period once, under its own bucket of the answer, and none outside', () => {
  fc.assert(
    fc.property(moment, moment, starts, moment, fc.array(moment), (one, other, starts, now, moments) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const { buckets, instants } = coverPeriod(from, to, starts, now);
      for (const range of buckets) {
        expect([range.from % range.width, range.to % range.width, range.from < range.to]).toEqual([0, 0, true]);
        expect([range.step % range.width, (range.to - range.from) % range.step]).toEqual([0, 0]);
      }
      for (const range of instants) expect(range.to - range.from).toBeLessThan(QUARTER_MS);
      for (const at of [...moments, from, to, from - 1, to - 1]) {
        const counted = [
          ...buckets
            .filter((range) => range.from * 1_000 <= at && at < range.to * 1_000)
            .map(({ bucketAt, from, step }) => ({ bucketAt: bucketAt + stepsTo(at / 1_000 - from, step), sign: 1 })),
          ...instants.filter((range) => range.from <= at && at < range.to),
        ];
        expect(counted.reduce((sum, { sign }) => sum + sign, 0)).toBe(from <= at && at < to ? 1 : 0);
        const own = starts.findLast((start) => start * 1_000 <= at);
        for (const { bucketAt } of counted) expect(bucketAt).toBe(own);
      }
    }),
    { numRuns: 500 },
  );
});
