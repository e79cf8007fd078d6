import { PostgresEventStore } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { ApiKeysProjection, AuditLogProjection } from '#libs/read-models';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { emptyDatabase, fill, secondsToCatchUp } from './projection/catch-up.js';
import { secondsToWritePlainly } from './projection/seconds-to-write-plainly.js';
import { EVENTS_PER_LINEAGE, syntheticLog } from './projection/synthetic-log.js';

const ORGANIZATIONS = 50;
const GOAL = 40_000;
const LOGS = [
  { order: 'lived', lineages: 20_000, what: '20,000 keys, each living most of its ten events close together' },
  { order: 'scattered', lineages: 10_000, what: 'the hardest log: no two events of a key near each other' },
] as const;

/**
 * The key listing and the audit log catch up with one log at the same time; both must be through. The yardstick writes the very rows that they end with, ready made, into tables without an index, a
 * policy or a checkpoint.
 */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { order, lineages, what } of LOGS) {
    await emptyDatabase(postgresUrl);
    const store = await PostgresEventStore.open({ ownerUrl: postgresUrl, logger: SILENT });
    try {
      await fill(store, syntheticLog({ lineages, organizations: ORGANIZATIONS, order }));
      const events = lineages * EVENTS_PER_LINEAGE;
      log(`projection: ${events} events are there (${order})`);
      const projections = [new ApiKeysProjection(), new AuditLogProjection()];
      const catchUp = { eventStore: store, ownerUrl: postgresUrl, projections, events };
      const measured = events / (await secondsToCatchUp(catchUp));
      const yardstickValue = events / (await secondsToWritePlainly(postgresUrl));
      rows.push({
        path: `projecting the audit log and the key listing together, catching up; ${what}`,
        ...{ measured, unit: 'events/s' },
        yardstick: 'the same rows into bare tables, INSERT … SELECT unnest',
        ...{ yardstickValue, ratio: measured / yardstickValue },
        goal: `${GOAL} a second on a quiet machine`,
        met: measured >= GOAL,
      });
    } finally {
      await store.close();
    }
  }
  return rows;
}
