import pg from 'pg';
import { migrate } from '#libs/postgres';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { readModelMigrations } from './read-model-migrations.js';
import { usageSixHoursMigration } from './usage-six-hours.migration.js';

const before = readModelMigrations.slice(0, readModelMigrations.indexOf(usageSixHoursMigration));
let database: TestDatabase;
let owner: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database.url, before);
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
afterEach(async () => {
  await owner.end();
  await database.drop();
});

async function versions(): Promise<unknown> {
  const { rows } = await owner.query<object>(
    `select generation, version, state from read_models.projection_generations
     where projection = 'usage' order by generation`,
  );
  return rows;
}

it('gives tables without a row the new version', async () => {
  expect(await versions()).toEqual([{ generation: 1, version: 1, state: 'serving' }]);
  await migrate(database.url, readModelMigrations);
  expect(await versions()).toEqual([{ generation: 1, version: 2, state: 'serving' }]);
});

it('leaves tables with rows to a rebuild', async () => {
  await owner.query(`update read_models.projection_checkpoints set position = 1 where projection = 'usage'`);
  await migrate(database.url, readModelMigrations);
  expect(await versions()).toEqual([{ generation: 1, version: 1, state: 'serving' }]);
  await owner.query(`select read_models.open_generation('usage', 2)`);
  await owner.query(`update read_models.projection_checkpoints set position = 1 where projection = 'usage'`);
  const { rows } = await owner.query(`select read_models.switch_generation('usage', 2) as done`);
  expect(rows).toEqual([{ done: true }]);
  expect(await versions()).toEqual([
    { generation: 1, version: 1, state: 'retired' },
    { generation: 2, version: 2, state: 'serving' },
  ]);
});
