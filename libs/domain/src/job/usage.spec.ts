import fc from 'fast-check';
import { usageOf } from '#libs/testing';
import { normaliseUsage } from './normalise-usage.js';
import { sumOfUsage } from './sum-of-usage.js';
import { NO_USAGE } from './usage.js';

it.each([
  ['0', '0.000000'],
  ['000', '0.000000'],
  ['1.5', '1.500000'],
  ['007.000001', '7.000001'],
  ['999999999999.999999', '999999999999.999999'],
])('keeps a cost of %s as %s', (cost_usd, kept) => expect(normaliseUsage(usageOf({ cost_usd })).cost_usd).toBe(kept));

it.each(['', '.', '1.', '.5', '-1', '+1', '1e3', ' 1', '1\n', '1,5', '1.0000001', '1'.repeat(13), '٣', 'NaN'])(
  'takes %j for no cost',
  (cost_usd) => expect(() => normaliseUsage(usageOf({ cost_usd }))).toThrow('usage is no usage'),
);
it.each([-1, 0.5, NaN, Infinity, 2 ** 53])('takes %d for no count', (rag_chunks) =>
  expect(() => normaliseUsage(usageOf({ rag_chunks }))).toThrow('usage is no usage'),
);
it('keeps nothing that is no usage', () =>
  expect(normaliseUsage({ ...usageOf(), extra: 1 } as never)).toEqual(NO_USAGE));

it('adds 40 decimals exactly, in any order', () => {
  const cost = fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n });
  fc.assert(
    fc.property(fc.array(cost, { minLength: 40, maxLength: 40 }), (costs) => {
      const usages = costs.map((millionths) => {
        const digits = String(millionths).padStart(7, '0');
        return usageOf({ cost_usd: `${digits.slice(0, -6)}.${digits.slice(-6)}`, input_tokens: 1 });
      });
      const sum = sumOfUsage(usages);
      expect(BigInt(sum.cost_usd.replace('.', ''))).toBe(costs.reduce((total, one) => total + one, 0n));
      expect(sum.cost_usd).toMatch(/^\d+\.\d{6}$/);
      expect(sum.input_tokens).toBe(40);
      expect(sumOfUsage(usages.toReversed())).toEqual(sum);
    }),
  );
});
it('adds counts past what a double holds, and an answer says every digit of them', () => {
  const count = fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER));
  fc.assert(
    fc.property(fc.array(count, { maxLength: 40 }), (counts) => {
      const { input_tokens } = sumOfUsage(counts.map((tokens) => usageOf({ input_tokens: tokens })));
      expect(JSON.stringify({ input_tokens })).toBe(
        `{"input_tokens":${counts.reduce((sum, one) => sum + BigInt(one), 0n)}}`,
      );
    }),
  );
});
it('has nothing spent for the sum of nothing', () => expect(sumOfUsage([])).toEqual(NO_USAGE));
