import { toPosition, type LogPage, type StoredEvent } from '#libs/event-store';
import { putOff, type Clock } from './put-off.js';

const isOwn = ({ stream }: StoredEvent): boolean => stream.startsWith('own-');

/** Positions, with the streams of the events. */
type Shown = readonly [number, ...string[]];

function page(position: number, ...streams: readonly string[]): LogPage {
  const events = streams.map((stream) => ({ stream }) as StoredEvent);
  return { events, position: toPosition(BigInt(position)), caughtUp: true, askedAt: position };
}

function shown({ position, events }: LogPage): Shown {
  return [Number(position), ...events.map(({ stream }) => stream)];
}

/** Time that passes only where a test says so. */
class Hands implements Clock {
  #now = 0;
  readonly #waiting: { readonly until: number; readonly done: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wait(ms: number): Promise<void> {
    return new Promise((done) => void this.#waiting.push({ until: this.#now + ms, done }));
  }

  /** Long enough for all that is put off; others have their turns before and after. */
  async pass(): Promise<void> {
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    this.#now += 150;
    for (const { until, done } of this.#waiting.splice(0)) if (until <= this.#now) done();
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  }
}

type Step = LogPage | 'a moment' | 'the end of the world';

async function* inTurn(clock: Hands, steps: readonly Step[]): AsyncGenerator<LogPage> {
  for (const step of steps) {
    if (step === 'the end of the world') throw new Error('gone');
    if (step === 'a moment') await clock.pass();
    else yield step;
  }
}

async function handedOn(...steps: readonly Step[]): Promise<readonly LogPage[]> {
  const clock = new Hands();
  const all: LogPage[] = [];
  for await (const next of putOff(inTurn(clock, steps), isOwn, clock)) all.push(next);
  return all;
}

it('hands on what follows a quiet moment, and every page with an event of its own together with what was put off', async () => {
  const pages = await handedOn(page(1, 'a'), page(2, 'b'), page(3), page(4, 'c', 'own-1'), page(5, 'own-2'));
  expect(pages.map(shown)).toEqual([
    [1, 'a'],
    [4, 'b', 'c', 'own-1'],
    [5, 'own-2'],
  ]);
});

it('hands on what was put off once its time has come, though nothing follows', async () => {
  const pages = await handedOn(page(1, 'a'), page(2, 'b'), 'a moment', page(3, 'c'), page(4));
  expect(pages.map(shown)).toEqual([
    [1, 'a'],
    [2, 'b'],
    [4, 'c'],
  ]);
});

it('says of pages that go together what the last one says', async () => {
  const pages = await handedOn(page(1, 'a'), page(2, 'b'), { ...page(3, 'own-1'), caughtUp: false });
  expect(pages.at(-1)).toMatchObject({ position: 3n, caughtUp: false, askedAt: 3 });
});

it('holds no more than a page of the store is long', async () => {
  const many = (position: number) => page(position, ...Array<string>(2_500).fill('a'));
  const pages = await handedOn(page(1, 'a'), many(2), many(3), page(4, 'a'));
  expect(pages.map(({ position, events }) => [position, events.length])).toEqual([
    [1n, 1],
    [3n, 5_000],
    [4n, 1],
  ]);
});

it('fails as its source fails', async () => {
  await expect(handedOn(page(1, 'a'), 'the end of the world')).rejects.toThrow('gone');
});
