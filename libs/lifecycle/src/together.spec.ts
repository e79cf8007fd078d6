import { Together } from './together.js';

/** Runs that end when the test says so. */
function heldRuns(most = 3): {
  readonly together: Together<number, string>;
  readonly runs: { readonly items: readonly number[]; readonly end: (error?: Error) => void }[];
} {
  const runs: { readonly items: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  const run = (items: readonly number[]): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const end = (error?: Error): void => (error === undefined ? resolve(items.map(String)) : reject(error));
      runs.push({ items, end });
    });
  return { together: new Together({ run, most }), runs };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('runs once for all that ask while a run goes on, as many as may be of one', async () => {
  const { together, runs } = heldRuns();
  const answers = [together.ask(1)];
  await turn();
  answers.push(...[2, 3, 4, 5].map((item) => together.ask(item)));
  for (const items of [[1], [2, 3, 4], [5]]) {
    await turn();
    expect(runs.at(-1)?.items).toEqual(items);
    runs.at(-1)?.end();
  }
  expect(await Promise.all(answers)).toEqual(['1', '2', '3', '4', '5']);
  expect(runs).toHaveLength(3);
});

it('lets a failure be that of those alone who were part of it', async () => {
  const { together, runs } = heldRuns();
  const answers = [1, 2, 3, 4].map((item) => together.ask(item));
  const settled = Promise.allSettled(answers);
  await turn();
  runs[0]?.end(new Error('lost'));
  await turn();
  runs[1]?.end();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
});

it('refuses answers that are not as many as the questions', async () => {
  const together = new Together<number, string>({ run: async () => [], most: 2 });
  await expect(together.ask(1)).rejects.toThrow('1 asked, 0 were answered');
});
