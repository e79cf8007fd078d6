import { setTimeout as delay } from 'node:timers/promises';
import { SILENT } from '#libs/observability';
import { eventually } from '#libs/testing';
import type { DueJob } from './due-job.js';
import { WaitingLine } from './waiting-line.js';

const ANYTHING = {
  orgId: 'org_a',
  group: 'g',
  waitMs: 60_000,
  signal: new AbortController().signal,
  most: 1,
  takes: () => true,
};

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

  ask(
    who: string,
    { waitMs = 60_000, signal = new AbortController().signal, group = 'g', most = 1, takes = 'auto' } = {},
  ) {
    const claim = async (offered: readonly DueJob[]) => {
      this.claims.push(who);
      await delay(1);
      const got = offered.length > 0 ? offered.map(({ jobId }) => jobId) : this.#things.splice(0, most);
      return got.map((thing) => `${who} ${thing}`);
    };
    return this.line.serve({
      orgId: null,
      group,
      waitMs,
      signal,
      most,
      claim,
      takes: ({ policyType }) => policyType === takes,
    });
  }
}

let work: Work;
beforeEach(() => {
  work = new Work();
});
afterEach(() => work.line.close());

/** Until so many wait. Whether one is just being served makes no difference to what comes then. */
async function joined(waiting: number): Promise<void> {
  await eventually(`${waiting} who wait`, () => (work.line.length === waiting ? true : null));
}

it('gives what is there at once, and nothing at once to who does not wait', async () => {
  work.come('one');
  expect(await work.ask('a')).toEqual(['a one']);
  expect(await work.ask('b', { waitMs: 0 })).toEqual([]);
  expect(work.line.length).toBe(0);
});

it('serves those who wait in the order in which they came', async () => {
  const asked = [work.ask('a'), work.ask('b'), work.ask('c')];
  await joined(3);
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
  // Each of them finds nothing before anybody waits; then the line looks.
  const asked = Array.from({ length: 100 }, () => line.serve({ ...ANYTHING, claim }));
  await delay(50);
  claims = most = 0;
  await delay(700);
  expect([claims % 32, most]).toEqual([0, 32]);
  expect(claims).toBeGreaterThan(0);
  await line.close();
  expect(await Promise.all(asked)).toEqual(asked.map(() => []));
});

it('serves one group though another finds nothing', async () => {
  const stuck = work.line.serve({ ...ANYTHING, group: 'other', claim: () => Promise.resolve([]) });
  const asked = work.ask('a');
  await joined(2);
  work.come('one');
  expect(await asked).toEqual(['a one']);
  await work.line.close();
  expect(await stuck).toEqual([]);
});

it('lets go of a client that went away, and gives it nothing', async () => {
  const gone = new AbortController();
  const asked = [work.ask('a', { signal: gone.signal }), work.ask('b')];
  await joined(2);
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
  const failing = work.line.serve({
    ...{ ...ANYTHING, group: 'f' },
    claim: () => (claims++ === 0 ? Promise.resolve([]) : Promise.reject(new Error('out of reach'))),
  });
  const failed = expect(failing).rejects.toThrow('out of reach');
  const asked = work.ask('a');
  await joined(1);
  work.come('one');
  await failed;
  expect(await asked).toEqual(['a one']);
});

it('is bounded: one more than may wait is answered at once', async () => {
  const asked = [work.ask('a'), work.ask('b'), work.ask('c')];
  await joined(3);
  expect(await work.ask('d')).toEqual([]);
  await work.line.close();
  await Promise.all(asked);
});

it('is bounded for each organization, in those who wait and in what they wait for', async () => {
  const line = new WaitingLine({
    ...{ logger: SILENT, mark: () => 0n, mostOfOne: 3, mostGroupsOfOne: 2 },
    movedOn: (_, timeoutMs, signal) => delay(timeoutMs, undefined, { signal }).catch(() => undefined),
  });
  const ask = (orgId: string | null, group: string): Promise<readonly never[]> =>
    line.serve({ ...ANYTHING, orgId, group, claim: () => Promise.resolve([]) });
  const asked = [ask('org_a', 'a1'), ask('org_a', 'a2')];
  await eventually('the first two', () => (line.length === 2 ? true : null));
  expect(await ask('org_a', 'a3')).toEqual([]);
  asked.push(ask('org_a', 'a2'));
  await eventually('a third', () => (line.length === 3 ? true : null));
  expect(await ask('org_a', 'a1')).toEqual([]);
  asked.push(ask('org_b', 'b1'), ...['c', 'd', 'e', 'f'].map((group) => ask(null, group)));
  await eventually('all others', () => (line.length === 8 ? true : null));
  await line.close();
  expect(await Promise.all(asked)).toEqual(asked.map(() => []));
});

describe('a job that is known to be due', () => {
  const due = (jobId: string, { policyType = 'auto', priority = 5 } = {}): DueJob => ({
    ...{ orgId: 'org_a', jobId, attempt: 1, policyType, priority },
  });

  it('goes to the first that takes it, though no read model has moved', async () => {
    const asked = [work.ask('a', { group: 'x', takes: 'other' }), work.ask('b'), work.ask('c')];
    await joined(3);
    work.line.offer(due('job_1'));
    expect(await asked[1]).toEqual(['b job_1']);
    work.line.offer(due('job_2', { policyType: 'other' }));
    expect(await asked[0]).toEqual(['a job_2']);
    await work.line.close();
    expect(await asked[2]).toEqual([]);
  });

  it('goes with others of the same moment to one that asks for many, up to as many as that asks for', async () => {
    const asked = [work.ask('a', { most: 2 }), work.ask('b', { most: 2 })];
    await joined(2);
    for (const id of ['job_1', 'job_2', 'job_3']) work.line.offer(due(id));
    const got = await Promise.all(asked);
    // Which of the two is just being served, and so comes second, is left open.
    expect(got.map(({ length }) => length).toSorted()).toEqual([1, 2]);
    expect(
      got
        .flat()
        .map((one) => one.slice(2))
        .toSorted(),
    ).toEqual(['job_1', 'job_2', 'job_3']);
  });

  it('goes before others of the same moment where its priority is higher', async () => {
    const asked = [work.ask('a'), work.ask('b')];
    await joined(2);
    work.line.offer(due('job_1', { priority: 1 }));
    work.line.offer(due('job_2', { priority: 9 }));
    work.line.offer(due('job_3', { priority: 9 }));
    const got = (await Promise.all(asked)).flat().map((one) => one.slice(2));
    expect(got.toSorted()).toEqual(['job_2', 'job_3']);
  });

  it('waits for one that is just being served with nothing', async () => {
    let [finishLook, looks] = [(): void => undefined, 0];
    const asked = work.line.serve({
      ...ANYTHING,
      claim: async (offered) => {
        // Finds nothing, then looks from the line until the test says so.
        if (offered.length === 0 && ++looks > 1) await new Promise<void>((done) => (finishLook = done));
        return offered.map(({ jobId }) => jobId);
      },
    });
    while (looks < 2) await delay(1);
    work.line.offer(due('job_1'));
    await delay(5);
    finishLook();
    expect(await asked).toEqual(['job_1']);
  });

  it('is left to the read model where nobody waits for it', async () => {
    work.line.offer(due('job_1'));
    const other = work.ask('a', { group: 'x', takes: 'other' });
    await joined(1);
    work.line.offer(due('job_2'));
    const asked = work.ask('b');
    await joined(2);
    work.come('one', 'two');
    const got = (await Promise.all([asked, other])).flat().join(' ');
    expect(got).toMatch(/one/);
    expect(got).toMatch(/two/);
    expect(got).not.toMatch(/job/);
  });
});
