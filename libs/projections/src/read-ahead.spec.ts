import { setImmediate as soon } from 'node:timers/promises';
import { readAhead } from './read-ahead.js';

async function* counting(asked: number[], upTo: number, failure?: Error): AsyncGenerator<number> {
  for (let n = 1; n <= upTo; n++) {
    asked.push(n);
    yield n;
  }
  if (failure !== undefined) throw failure;
}

it('hands out everything in order, one value ahead of its consumer and no more', async () => {
  const [asked, seen]: [number[], number[]] = [[], []];
  for await (const n of readAhead(counting(asked, 5))) {
    seen.push(n);
    await soon();
    expect(asked.at(-1)).toBe(Math.min(n + 1, 5));
  }
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

it('fails where the source did, after all that came before', async () => {
  const seen: number[] = [];
  const reading = async (): Promise<void> => {
    for await (const n of readAhead(counting([], 2, new Error('gap')))) {
      await soon();
      seen.push(n);
    }
  };
  await expect(reading()).rejects.toThrow('gap');
  expect(seen).toEqual([1, 2]);
});

it('leaves no failure unhandled behind a consumer that stopped', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  for await (const n of readAhead(counting([], 1, new Error('gap')))) if (n === 1) break;
  await soon();
  await soon();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
