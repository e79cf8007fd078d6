import { setTimeout as delay } from 'node:timers/promises';
import { SILENT } from '#libs/observability';
import { WaitingLine } from './waiting-line.js';

/** Work that comes by hand, and a read model that moves with it. */
class Work {
  readonly claims: string[] = [];
  #things: string[] = [];
  #moves = 0n;
  #wake: () => void = () => undefined;
  readonly line = new WaitingLine({
    logger: SILENT,
    most: 3,
    mark: () => this.#moves,
    movedOn: (mark, timeoutMs, signal) =>
      this.#moves > mark
        ? Promise.resolve()
        : Promise.race([
            new Promise<void>((resolve) => (this.#wake = resolve)),
            delay(timeoutMs, undefined, { signal }).catch(() => undefined),
          ]),
  });

  come(...things: string[]): void {
    this.#things.push(...things);
    this.#moves++;
    this.#wake();
  }

  ask(who: string, { waitMs = 60_000, signal = new AbortController().signal, group = 'g', most = 1 } = {}) {
    return this.line.serve(group, waitMs, signal, async () => {
      this.claims.push(who);
      await delay(1);
      return this.#things.splice(0, most).map((thing) => `${who} ${thing}`);
    });
  }
}

let work: Work;
beforeEach(() => {
  work = new Work();
});
afterEach(() => work.line.close());

it('gives what is there at once, and nothing at once to who does not wait', async () => {
  work.come('one');
  expect(await work.ask('a')).toEqual(['a one']);
  expect(await work.ask('b', { waitMs: 0 })).toEqual([]);
  expect(work.line.length).toBe(0);
});

it('serves those who wait in the order in which they came', async () => {
  const asked = [work.ask('a'), work.ask('b'), work.ask('c')];
  await delay(20);
  work.come('one', 'two');
  expect(await Promise.all(asked.slice(0, 2))).toEqual([['a one'], ['b two']]);
  work.come('three');
  expect(await asked[2]).toEqual(['c three']);
});

it('asks for the first few alone while there is nothing, however many wait behind them, and for all at the same time', async () => {
  const line = new WaitingLine({
    ...{ logger: SILENT, mark: () => 0n },
    movedOn: (_, timeoutMs, signal) => delay(timeoutMs, undefined, { signal }).catch(() => undefined),
  });
  let [claims, atOnce, most] = [0, 0, 0];
  const claim = async (): Promise<readonly never[]> => {
    claims++;
    most = Math.max(most, ++atOnce);
    await delay(1);
    atOnce--;
    return [];
  };
  const { signal } = new AbortController();
  // Each of them finds nothing before anybody waits; then the line looks.
  const asked = Array.from({ length: 100 }, () => line.serve('g', 60_000, signal, claim));
  await delay(50);
  claims = most = 0;
  await delay(700);
  expect([claims % 32, most]).toEqual([0, 32]);
  expect(claims).toBeGreaterThan(0);
  await line.close();
  expect(await Promise.all(asked)).toEqual(asked.map(() => []));
});

it('serves one group though another finds nothing', async () => {
  const stuck = work.line.serve('other', 60_000, new AbortController().signal, () => Promise.resolve([]));
  const asked = work.ask('a');
  await delay(20);
  work.come('one');
  expect(await asked).toEqual(['a one']);
  await work.line.close();
  expect(await stuck).toEqual([]);
});

it('lets go of a client that went away, and gives it nothing', async () => {
  const gone = new AbortController();
  const asked = [work.ask('a', { signal: gone.signal }), work.ask('b')];
  await delay(20);
  gone.abort();
  expect(await asked[0]).toEqual([]);
  work.come('one');
  expect(await asked[1]).toEqual(['b one']);
});

it('answers with nothing when the time is over', async () => {
  expect(await work.ask('a', { waitMs: 30 })).toEqual([]);
  expect(work.line.length).toBe(0);
});

it('tells who waits of a claim that failed, and goes on with the others', async () => {
  let claims = 0;
  const failing = work.line.serve('f', 60_000, new AbortController().signal, () =>
    claims++ === 0 ? Promise.resolve([]) : Promise.reject(new Error('out of reach')),
  );
  const failed = expect(failing).rejects.toThrow('out of reach');
  const asked = work.ask('a');
  await delay(20);
  work.come('one');
  await failed;
  expect(await asked).toEqual(['a one']);
});

it('is bounded: one more than may wait is answered at once', async () => {
  const asked = [work.ask('a'), work.ask('b'), work.ask('c')];
  await delay(20);
  expect(await work.ask('d')).toEqual([]);
  await work.line.close();
  await Promise.all(asked);
});
