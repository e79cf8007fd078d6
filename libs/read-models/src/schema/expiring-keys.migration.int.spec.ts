import { ReadModelDatabase } from '../testing/read-model-database.js';

let database: ReadModelDatabase;
beforeAll(async () => {
  database = await ReadModelDatabase.create();
});
afterAll(() => database.drop());

it('leads to keys by their ends in what serves, and in what every later generation is made like', async () => {
  const { rows } = await database.projectorPool.query<{ schema: string }>(
    `select schemaname as schema from pg_indexes
     where tablename = 'api_keys' and indexdef like '%(expires_at, id) WHERE (expires_at IS NOT NULL)' order by 1`,
  );
  expect(rows.map(({ schema }) => schema)).toEqual(['read_model_shapes', 'read_models_api_keys_1']);
});
