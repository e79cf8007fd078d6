import { setTimeout as delay } from 'node:timers/promises';
import { PostgresEventStore } from '#libs/event-store-postgres';
import { SILENT } from '#libs/observability';
import { createPool } from '#libs/postgres';
import { OperatorProjections, ProjectionHost } from '#libs/projections';
import { ApiKeysProjection, AuditLogProjection } from '#libs/read-models';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { emptyDatabase, fill } from './projection/catch-up.js';
import { EVENTS_PER_LINEAGE, syntheticLog } from './projection/synthetic-log.js';

const LINEAGES = 10_000;
const GOAL = 40_000;
const LARGE_LOG = 10_000_000;
const NAMES = ['api-keys', 'audit-log'];

/** Both read models are rebuilt at once, from the request to the moment when both new generations serve. */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  await emptyDatabase(postgresUrl);
  const eventStore = await PostgresEventStore.open({ ownerUrl: postgresUrl, logger: SILENT });
  const options = { ownerUrl: postgresUrl, onIdleError: () => undefined };
  const pool = createPool({ ...options, role: 'projector', max: 8, statementTimeoutMs: 30_000 });
  const operatorPool = createPool({ ...options, role: 'operator', max: 2 });
  const hosts = [() => new ApiKeysProjection(), () => new AuditLogProjection()].map(
    (projection) => new ProjectionHost({ projection, eventStore, pool, logger: SILENT }),
  );
  try {
    await fill(eventStore, syntheticLog({ lineages: LINEAGES, organizations: 50, order: 'lived' }));
    for (const host of hosts) host.start();
    while (!hosts.every((host) => host.status().caughtUp)) await delay(50);
    log('rebuild: the read models are there, now again');
    const operator = new OperatorProjections(operatorPool, {
      'api-keys': new ApiKeysProjection().version,
      'audit-log': new AuditLogProjection().version,
    });
    const started = performance.now();
    for (const name of NAMES) await operator.rebuild(name);
    while (!(await serveAnew(operator))) await delay(20);
    const seconds = (performance.now() - started) / 1_000;
    const measured = (LINEAGES * EVENTS_PER_LINEAGE) / seconds;
    log(
      `rebuild: at that rate ${LARGE_LOG.toLocaleString('en')} events take ${Math.round(LARGE_LOG / measured / 60)} min`,
    );
    return [
      {
        path: 'rebuilding the audit log and the key listing together, beside those that serve',
        ...{ measured, unit: 'events/s', yardstick: null, yardstickValue: null, ratio: null },
        ...{ goal: `${GOAL} a second on a quiet machine`, met: measured >= GOAL },
      },
      {
        path: 'the same for 10 million events, projected from that rate',
        ...{ measured: LARGE_LOG / measured / 60, unit: 'min', yardstick: null, yardstickValue: null, ratio: null },
        ...{ goal: `${Math.ceil(LARGE_LOG / GOAL / 60)} min`, met: measured >= GOAL },
      },
    ];
  } finally {
    await Promise.all(hosts.map((host) => host.stop()));
    await Promise.all([pool.end(), operatorPool.end(), eventStore.close()]);
  }
}

async function serveAnew(operator: OperatorProjections): Promise<boolean> {
  const shown = await operator.list();
  const failed = shown.find(({ rebuild }) => rebuild?.state === 'failed');
  if (failed !== undefined) throw new Error(`the rebuild of ${failed.name} failed: ${failed.rebuild?.error ?? ''}`);
  return shown.filter(({ name, generation }) => NAMES.includes(name) && generation > 1).length === NAMES.length;
}
