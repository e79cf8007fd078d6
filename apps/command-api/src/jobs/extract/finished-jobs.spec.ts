import { SILENT } from '#libs/observability';
import { eventually } from '#libs/testing';
import { FinishedJobs } from './finished-jobs.js';

const NEVER = new AbortController().signal;
const LONG = 250_000;

/** A read model that moves when it is told to. */
class Model {
  readonly ended = new Set<string>();
  readonly looks: (readonly [orgId: string, count: number])[] = [];
  outage: Error | null = null;
  /** While set, nothing is heard of its moves. */
  deafness: Error | null = null;
  readonly warnings: string[] = [];
  #moved = 0n;
  #moves: (() => void)[] = [];
  readonly jobs = new FinishedJobs({
    endedOf: async (orgId, ids) => {
      this.looks.push([orgId, ids.length]);
      if (this.outage !== null) throw this.outage;
      return new Set(ids.filter((id) => this.ended.has(id)));
    },
    progress: {
      mark: () => this.#moved,
      movedOn: (mark, _timeoutMs, signal) =>
        new Promise<void>((resolve, reject) => {
          if (this.deafness !== null) reject(this.deafness);
          this.#moves.push(resolve);
          signal.addEventListener('abort', () => resolve());
          if (signal.aborted || this.#moved > mark) resolve();
        }),
    },
    logger: { ...SILENT, warn: (_, message) => void this.warnings.push(message) },
  });

  wait(jobId: string, { orgId = 'org_a', gone = NEVER, timeoutMs = LONG } = {}): Promise<boolean> {
    return this.jobs.waitFor({ orgId, jobId, gone, timeoutMs });
  }

  end(...ids: readonly string[]): void {
    for (const id of ids) this.ended.add(id);
    this.#moved++;
    for (const move of this.#moves.splice(0)) move();
  }

  /** Once it was looked for so many in all, at once. */
  lookedFor(count: number): Promise<unknown> {
    return eventually(`a look for ${count}`, () => (this.looks.some(([, of]) => of === count) ? true : null));
  }
}

it('looks once for all who wait, each time the read model moves', async () => {
  const model = new Model();
  const waits = Array.from({ length: 500 }, (_, n) => model.wait(`job_${n}`));
  await model.lookedFor(500);
  const before = model.looks.length;
  model.end(...Array.from({ length: 499 }, (_, n) => `job_${n}`));
  expect(await Promise.all(waits.slice(0, 499))).not.toContain(false);
  expect(model.looks.slice(before)).toEqual([['org_a', 500]]);
  model.end('job_499');
  expect(await waits[499]).toBe(true);
  expect(model.looks.at(-1)).toEqual(['org_a', 1]);
});

it('finds a job at once that had ended before, and asks about each organization by itself', async () => {
  const model = new Model();
  model.ended.add('job_1');
  expect(await Promise.all([model.wait('job_1'), model.wait('job_1', { orgId: 'org_b' })])).toEqual([true, true]);
  expect(new Set(model.looks.map(([orgId]) => orgId))).toEqual(new Set(['org_a', 'org_b']));
  // Nobody waits any more; whoever comes next is looked for all the same.
  expect(await model.wait('job_1')).toBe(true);
});

it('ends with the time, with the client and with the node', async () => {
  const model = new Model();
  const client = new AbortController();
  const waits = [
    model.wait('job_1', { timeoutMs: 1 }),
    model.wait('job_2', { gone: client.signal }),
    model.wait('job_3'),
  ];
  expect(await waits[0]).toBe(false);
  client.abort();
  expect(await waits[1]).toBe(false);
  model.jobs.close();
  expect(await waits[2]).toBe(false);
  expect(await model.wait('job_4')).toBe(false);
});

it('says that it cannot know, and recovers', async () => {
  const model = new Model();
  model.outage = new Error('the database does not answer');
  await expect(model.wait('job_1')).rejects.toBe(model.outage);
  model.outage = null;
  model.ended.add('job_1');
  expect(await model.wait('job_1')).toBe(true);
});

it('says in the log that nothing is heard of the read model, and goes on looking', async () => {
  const model = new Model();
  model.deafness = new Error('the read model cannot be heard');
  const wait = model.wait('job_1');
  await eventually('a warning', () => (model.warnings.length > 0 ? true : null));
  model.ended.add('job_1');
  expect(await wait).toBe(true);
  // One look, a pause, another look.
  expect([model.looks.length, model.warnings.length]).toEqual([2, 1]);
});
