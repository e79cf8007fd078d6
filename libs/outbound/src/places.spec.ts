import { Places } from './places.js';

const never = new AbortController().signal;
const settled = async (promise: Promise<unknown> | (() => void)): Promise<boolean> =>
  (await Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(null)))])) !== null;

it('lets no party have more than its share, and others in all the same', async () => {
  const places = new Places({ total: 3, perParty: 2 });
  const first = await places.take('a', never);
  await places.take('a', never);
  const third = places.take('a', never);
  expect([await settled(third), await settled(places.take('b', never))]).toEqual([false, true]);
  expect(await settled(places.take('c', never))).toBe(false);
  first();
  expect(await settled(third)).toBe(true);
});

it('gives places out turn by turn', async () => {
  const places = new Places({ total: 1, perParty: 1 });
  const order: string[] = [];
  const first = await places.take('a', never);
  const waiting = ['a', 'a', 'a', 'b'].map(async (party) => {
    const free = await places.take(party, never);
    order.push(party);
    free();
  });
  first();
  await Promise.all(waiting);
  expect(order).toEqual(['a', 'b', 'a', 'a']);
});

it('forgets who gives up, while it waits and before', async () => {
  const places = new Places({ total: 1, perParty: 1 });
  const free = await places.take('a', never);
  const gone = new AbortController();
  const given = places.take('a', gone.signal);
  const next = places.take('a', never);
  gone.abort(new Error('told to'));
  await expect(given).rejects.toThrow('told to');
  expect(() => places.take('a', gone.signal)).toThrow('told to');
  free();
  expect(await settled(next)).toBe(true);
});
