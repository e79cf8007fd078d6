import { SILENT, type Logger } from '#libs/observability';
import { OrderedRetries } from './ordered-retries.js';

let given: string[];
let logger: Logger;

beforeEach(() => {
  given = [];
  logger = { ...SILENT, error: (_, message) => void given.push(message) };
});

it('does the work of one lane in its order, though a piece of it fails first, and lets other lanes go on', async () => {
  const retries = new OrderedRetries({ logger, mostWaiting: 10 });
  const done: string[] = [];
  let failures = 2;
  retries.add('a', async () => {
    if (failures-- > 0) throw new Error('not yet');
    done.push('a1');
  });
  retries.add('a', async () => done.push('a2'));
  retries.add('b', async () => done.push('b1'));
  await retries.drain(30_000);
  expect(done).toEqual(['b1', 'a1', 'a2']);
  expect(given).toEqual([]);
});

it('gives up what cannot be done by the end, and says so for each', async () => {
  const retries = new OrderedRetries({ logger, mostWaiting: 10 });
  for (const lane of ['a', 'a', 'b']) retries.add(lane, () => Promise.reject(new Error('never')));
  await retries.drain(10);
  expect(given).toEqual(Array(3).fill('an audit record was given up: the process ends'));
});

it('takes so many and says so of the next, and takes more once they are done', async () => {
  const retries = new OrderedRetries({ logger, mostWaiting: 2 });
  const done: number[] = [];
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  for (const piece of [1, 2, 3]) retries.add('a', () => gate.then(() => done.push(piece)));
  expect(given).toEqual([expect.stringContaining('too many wait')]);
  open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  retries.add('a', async () => done.push(4));
  await retries.drain(30_000);
  expect(done).toEqual([1, 2, 4]);
});
