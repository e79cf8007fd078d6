import { PendingAppend, type SerialisedAppend } from '#libs/event-store';
import { takeBatch } from './take-batch.js';

const made: PendingAppend[] = [];
function waiting(stream: string, bytes = 100): PendingAppend {
  const request: SerialisedAppend = { stream, expected: 0, events: [], bytes };
  const pending = new PendingAppend(request, 60_000, { resolve: () => undefined, reject: () => undefined });
  made.push(pending);
  return pending;
}
afterEach(() => made.splice(0).forEach((pending) => pending.reject(null)));

it('takes one append of each stream and leaves the others in their order', () => {
  const [a1, b1, a2, c1, a3, b2] = ['a', 'b', 'a', 'c', 'a', 'b'].map((stream) => waiting(stream));
  const all = [a1, b1, a2, c1, a3, b2].filter((pending) => pending !== undefined);
  const { batch, rest } = takeBatch(all);
  expect(batch).toEqual([a1, b1, c1]);
  expect(rest).toEqual([a2, a3, b2]);
  expect(takeBatch(rest)).toEqual({ batch: [a2, b2], rest: [a3] });
});

it('takes 500 at most', () => {
  const all = Array.from({ length: 501 }, (_, n) => waiting(`s${n}`));
  expect(takeBatch(all)).toEqual({ batch: all.slice(0, 500), rest: all.slice(500) });
});

it('takes 4 MB at most, but always one, and lets no smaller one overtake', () => {
  const all = [waiting('a', 3_000_000), waiting('b', 1_000_001), waiting('c', 1)];
  expect(takeBatch(all)).toEqual({ batch: all.slice(0, 1), rest: all.slice(1) });
  const huge = [waiting('a', 5_000_000), waiting('b', 1)];
  expect(takeBatch(huge)).toEqual({ batch: huge.slice(0, 1), rest: huge.slice(1) });
});

it('drops those whose callers have been answered already', () => {
  const [late, other] = [waiting('a'), waiting('a')];
  late.reject(new Error('too late'));
  expect(takeBatch([late, other])).toEqual({ batch: [other], rest: [] });
});
