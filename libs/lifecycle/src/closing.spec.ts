import { SILENT } from '#libs/observability';
import { Closing } from './closing.js';

let said: object[];
let closed: string[];
let closing: Closing;

beforeEach(() => {
  [said, closed] = [[], []];
  closing = new Closing({ ...SILENT, error: (fields, message) => said.push({ ...fields, message }) });
});

it('lets go in the opposite order, one after the other, though one fails', async () => {
  closing.add('first', () => Promise.resolve(void closed.push('first')));
  closing.add('second', () => Promise.reject(new Error('broken')));
  closing.add('third', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    closed.push('third');
  });
  await closing.run();
  expect(closed).toEqual(['third', 'first']);
  expect(said).toMatchObject([{ part: 'second', message: 'a part did not stop cleanly' }]);
});

it('moves on from parts that hang, says which, and still lets go of the others', async () => {
  closing.add('first', () => Promise.resolve(void closed.push('first')));
  closing.add('second', () => new Promise(() => undefined));
  closing.add('third', () => Promise.resolve(void closed.push('third')));
  closing.add('fourth', () => new Promise(() => undefined));
  await closing.run(1_000);
  expect(closed).toEqual(['third', 'first']);
  expect(said).toMatchObject([
    { part: 'fourth', waitedMs: expect.any(Number) as number, message: 'a part did not stop in time' },
    { part: 'second', message: 'a part did not stop in time' },
  ]);
});

it('tells every part to stop even where no time is left', async () => {
  closing.add('first', () => Promise.resolve(void closed.push('first')));
  closing.add('second', () => new Promise(() => undefined));
  await closing.run(0);
  expect(closed).toEqual(['first']);
});
