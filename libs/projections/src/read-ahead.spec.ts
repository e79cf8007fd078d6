import { setImmediate as soon } from 'node:timers/promises';
import { toPosition, type LogPage } from '#libs/event-store';
import { readAhead } from './read-ahead.js';

/** Pages at 1, 2 and so on. */
async function* counting(asked: number[], upTo: number, failure?: Error, caughtUp = false): AsyncGenerator<LogPage> {
  for (let n = 1; n <= upTo; n++) {
    asked.push(n);
    yield { events: [], position: toPosition(BigInt(n)), caughtUp, askedAt: 0 };
  }
  if (failure !== undefined) throw failure;
}

it('hands out everything in order, one page ahead of its consumer and no more', async () => {
  const [asked, seen]: [number[], number[]] = [[], []];
  for await (const { position } of readAhead(counting(asked, 5))) {
    seen.push(Number(position));
    await soon();
    expect(asked.at(-1)).toBe(Math.min(Number(position) + 1, 5));
  }
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

it('leaves to the end of the log what comes there until the consumer is done', async () => {
  const asked: number[] = [];
  for await (const { position } of readAhead(counting(asked, 3, undefined, true))) {
    await soon();
    expect(asked.at(-1)).toBe(Number(position));
  }
  expect(asked).toEqual([1, 2, 3]);
});

it('fails where the source did, after all that came before', async () => {
  const seen: number[] = [];
  const reading = async (): Promise<void> => {
    for await (const { position } of readAhead(counting([], 2, new Error('gap')))) {
      await soon();
      seen.push(Number(position));
    }
  };
  await expect(reading()).rejects.toThrow('gap');
  expect(seen).toEqual([1, 2]);
});

it('leaves no failure unhandled behind a consumer that stopped', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  for await (const { position } of readAhead(counting([], 1, new Error('gap')))) if (position === 1n) break;
  await soon();
  await soon();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
