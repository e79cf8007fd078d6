import type pg from 'pg';
import type { FanOutRows, NewDelivery } from './fan-out-writes.js';

/** How far everything was folded before, and up to where nothing is sent; decimal. */
export interface MovedRow {
  readonly high_water: string;
  readonly send_from: string;
}

/** What the rows of one statement may hold: Postgres refuses a list of 256 MB. */
export const MOST_STATEMENT_BYTES = 8 * 1024 * 1024;
/** Of a row beside its body. */
const ROW_BYTES = 400;

/** About what it takes in a statement; not counted to the byte, for to count is to copy. */
export function deliveryBytes({ body }: Pick<NewDelivery, 'body'>): number {
  return ROW_BYTES + body.length;
}

export function fitsOneStatement({ deliveries }: FanOutRows): boolean {
  return deliveries.reduce((bytes, delivery) => bytes + deliveryBytes(delivery), 0) <= MOST_STATEMENT_BYTES;
}

/** In the order in which all do, so that nobody waits in a circle. */
export async function lockEndpoints(client: pg.ClientBase, webhookIds: readonly string[]): Promise<void> {
  await client.query(
    'select from webhooks.endpoints where webhook_id = any($1) order by webhook_id for no key update',
    [webhookIds],
  );
}

/** As many at a time as one statement takes, in the caller's transaction. */
export async function writeRows(
  client: pg.ClientBase,
  { high_water, send_from }: MovedRow,
  rows: FanOutRows,
): Promise<void> {
  await lockEndpoints(client, [...new Set(rows.numbered.map(({ webhook_id }) => webhook_id))]);
  await client.query(LIST_EVENTS, [JSON.stringify(rows.events)]);
  for (const numbered of chunksOf(rows.numbered, () => ROW_BYTES))
    await client.query('select webhooks.number_events($1)', [JSON.stringify(numbered)]);
  for (const deliveries of chunksOf(rows.deliveries, deliveryBytes))
    await client.query('select webhooks.deliver($1, $2, $3)', [JSON.stringify(deliveries), high_water, send_from]);
}

function* chunksOf<Row>(rows: readonly Row[], bytesOf: (row: Row) => number): Generator<readonly Row[]> {
  let chunk: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = bytesOf(row);
    if (chunk.length > 0 && bytes + size > MOST_STATEMENT_BYTES) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(row);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

const LIST_EVENTS = `
  insert into webhooks.events select * from jsonb_populate_recordset(null::webhooks.events, $1) on conflict do nothing`;
