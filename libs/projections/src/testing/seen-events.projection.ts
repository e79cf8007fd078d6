import type pg from 'pg';
import { PRODUCT_PREFIXES } from '../product-prefixes.js';
import type { Projection, SequencedEvent } from '../projection.js';

/** For tests: writes down what it is given, and does what the test says before that. */
export class SeenEvents implements Projection {
  readonly name = 'seen-events';
  readonly version = 1;
  readonly streams = PRODUCT_PREFIXES;
  /** How often the runner told it that a page was not kept. */
  rolledBackTimes = 0;

  constructor(private readonly before: (page: readonly SequencedEvent[]) => Promise<void> | void = () => undefined) {}

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    await this.before(page);
    await transaction.query(
      `insert into seen_events (position, org_id, seq)
       select * from unnest($1::numeric[], $2::text[], $3::bigint[])`,
      [
        page.map(({ event }) => event.position.toString()),
        page.map(({ event }) => event.metadata.org_id),
        page.map(({ seq }) => seq),
      ],
    );
  }

  rolledBack(): void {
    this.rolledBackTimes++;
  }
}

/** The table, without a key, so that an event that is projected twice is there twice. */
export const seenEventsMigration = {
  id: 'test/seen-events',
  sql: `create table read_models.seen_events (position numeric(20), org_id text, seq bigint);
        grant select, insert on read_models.seen_events to {{projector}};
        select read_models.adopt_projection('seen-events', 1, 'seen_events');`,
};

/** What was projected, in log order: `org seq`. */
export async function seenEvents(pool: pg.Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ seen: string }>(
    `select org_id || ' ' || seq as seen from read_models.seen_events order by position`,
  );
  return rows.map(({ seen }) => seen);
}
