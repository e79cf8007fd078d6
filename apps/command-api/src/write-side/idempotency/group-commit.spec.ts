import fc from 'fast-check';
import { GroupCommit } from './group-commit.js';

interface Item {
  readonly id: string;
  readonly value: number;
}

/** A database whose round trips end when the test says so. */
class SteppedDatabase {
  readonly batches: { readonly orgId: string; readonly values: readonly number[] }[] = [];
  readonly #underWay: (() => void)[] = [];

  async commit(orgId: string, items: readonly Item[]): Promise<readonly number[]> {
    this.batches.push({ orgId, values: items.map(({ value }) => value) });
    await new Promise<void>((resolve) => this.#underWay.push(resolve));
    if (items.some(({ value }) => value < 0)) throw new Error('refused');
    return items.map(({ value }) => value * 2);
  }

  /** Ends every round trip, and those that begin because of that. */
  async finish(): Promise<void> {
    for (let step = this.#underWay.shift(); step !== undefined; step = this.#underWay.shift()) {
      step();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function setUp({ mostPerBatch = 100, mostWaiting = 1_000 } = {}) {
  const database = new SteppedDatabase();
  const group = new GroupCommit<Item, number>({
    commit: (orgId, items) => database.commit(orgId, items),
    identity: ({ id }) => id,
    mostPerBatch,
    mostWaiting,
  });
  const submit = (value: number, { org = 'org_a', id = String(value) } = {}) => group.submit(org, { id, value });
  return { database, submit };
}

it('sends a lone item at once and joins what arrives meanwhile', async () => {
  const { database, submit } = setUp();
  const results = [1, 2, 3].map((value) => submit(value));
  expect(database.batches).toEqual([{ orgId: 'org_a', values: [1] }]);
  await database.finish();
  await expect(Promise.all(results)).resolves.toEqual([2, 4, 6]);
  expect(database.batches).toEqual([
    { orgId: 'org_a', values: [1] },
    { orgId: 'org_a', values: [2, 3] },
  ]);
});

it('never mixes organizations, nor lets one wait for another', async () => {
  const { database, submit } = setUp();
  const results = [submit(1, { org: 'org_a' }), submit(2, { org: 'org_b' })];
  expect(database.batches.map(({ orgId }) => orgId)).toEqual(['org_a', 'org_b']);
  await database.finish();
  await Promise.all(results);
});

it('keeps twins in different batches, in their order', async () => {
  const { database, submit } = setUp();
  const results = [submit(1), submit(2, { id: 'twin' }), submit(3, { id: 'twin' }), submit(4)];
  await database.finish();
  await Promise.all(results);
  expect(database.batches.map(({ values }) => values)).toEqual([[1], [2, 4], [3]]);
});

it('fails those in the batch that failed and nobody else', async () => {
  const { database, submit } = setUp({ mostPerBatch: 2 });
  const results = Promise.allSettled([1, -2, 3, 4, 5].map((value) => submit(value)));
  await database.finish();
  expect((await results).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
});

it('takes so many and no more, and more again once they are done', async () => {
  const { database, submit } = setUp({ mostWaiting: 2 });
  const results = [submit(1), submit(2)];
  await expect(submit(3)).rejects.toMatchObject({ code: 'database_unavailable' });
  await database.finish();
  await Promise.all(results);
  const later = submit(4);
  await database.finish();
  await expect(later).resolves.toBe(8);
});

it('answers each item its own result, whatever comes when', async () => {
  const anItem = fc.record({ org: fc.constantFrom('org_a', 'org_b'), id: fc.constantFrom('x', 'y', 'z') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anItem, { maxLength: 30 }),
      fc.integer({ min: 1, max: 4 }),
      async (items, mostPerBatch) => {
        const { database, submit } = setUp({ mostPerBatch });
        const results = items.map((item, value) => submit(value, item));
        await database.finish();
        await expect(Promise.all(results)).resolves.toEqual(items.map((_, value) => value * 2));
        expect(database.batches.every(({ values }) => values.length <= mostPerBatch)).toBe(true);
      },
    ),
  );
});
