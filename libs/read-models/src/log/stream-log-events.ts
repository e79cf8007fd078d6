import type { Kysely } from 'kysely';
import type { DomainEventType } from '#libs/domain';
import { newestSeq } from '../audit-log/newest-seq.js';
import { readOnce, type ReadPage } from '../read-page.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';
import { listLogEvents, type LogEvent } from './list-log-events.js';

const PAGE = 1_000;

/**
 * All of the organization's events after one, oldest first, page after page of 1,000, so that memory does not grow with
 * them. What is added after the start is not among them. No transaction stays open while the reader is slow.
 * @throws DatabaseUnavailable
 */
export async function* streamLogEvents(
  database: Kysely<ReadModelTables>,
  orgId: string,
  types: readonly DomainEventType[],
  afterSeq: number,
  readPage: ReadPage = readOnce,
): AsyncGenerator<readonly LogEvent[], void, undefined> {
  const untilSeq = await readPage(() => newestSeq(database, orgId));
  for (let after = afterSeq; ;) {
    const events = await readPage(() =>
      listLogEvents(database, orgId, types, { limit: PAGE, afterSeq: after, untilSeq }),
    );
    if (events.length > 0) yield events;
    const last = events.at(-1);
    if (last === undefined || events.length < PAGE) return;
    after = last.seq;
  }
}
