import type pg from 'pg';
import { InMemoryEventStore } from '#libs/event-store';
import { SILENT } from '#libs/observability';
import { eventually } from '#libs/testing';
import { ProjectionHost } from './projection-host.js';
import { SeenEventsDatabase } from './testing/seen-events-database.js';
import { SeenEvents } from './testing/seen-events.projection.js';

let database: SeenEventsDatabase;
let pool: pg.Pool;

beforeEach(async () => {
  database = await SeenEventsDatabase.create();
  pool = database.pool();
});
afterEach(() => database.drop());

/** What the requests ended with, oldest first; null for one that nobody answered. */
async function notes(): Promise<readonly (string | null)[]> {
  const { rows } = await pool.query<{ note: string | null }>(
    'select note from read_models.projection_requests order by id',
  );
  return rows.map(({ note }) => note);
}

async function requested(daysAgo: number, state: 'done' | 'failed' | 'requested', note: string | null): Promise<void> {
  await database.operator().rebuild('seen-events');
  await pool.query(
    `update read_models.projection_requests
     set state = $1, note = $2, requested_at = now() - make_interval(days => $3) where state = 'requested'`,
    [state, note, daysAgo],
  );
}

it('forgets what was answered a week ago, and nothing that still waits', async () => {
  await requested(8, 'done', 'generation 2');
  await requested(8, 'failed', 'why not');
  await requested(6, 'done', 'generation 3');
  await requested(8, 'requested', null);
  // Of a version that no release here has, so that nobody answers it.
  await pool.query(`update read_models.projection_requests set version = 9 where state = 'requested'`);
  const eventStore = new InMemoryEventStore();
  const host = new ProjectionHost({ projection: () => new SeenEvents(), eventStore, pool, logger: SILENT });
  host.start();
  try {
    await eventually('the look', async () => (await notes()).length < 4 || null);
  } finally {
    await host.stop();
  }
  expect(await notes()).toEqual(['generation 3', null]);
});
