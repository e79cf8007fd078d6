import pg from 'pg';
import { openStores, type ObservedEventStore } from '#libs/event-stores';
import { createLogger } from '#libs/observability';
import { createPool, type Migration } from '#libs/postgres';
import { ProjectionHost, type Projection, type ProjectionStatus } from '#libs/projections';
import { ApiKeyHistoryProjection, ApiKeysProjection, AuditLogProjection } from '#libs/read-models';
import { commandApiMigrations } from '../../../command-api/src/command-api-migrations.js';

/** Additive: what the present version reads and writes stays as it is. */
const OF_THE_NEXT_VERSION: Migration = {
  id: 'read-models/900-next-version',
  sql: `alter table read_model_shapes.api_keys add column of_the_next_version boolean not null default true`,
};

/**
 * The projector of a next version of the product, as far as an upgrade shows: its migration, and a projection `api-keys` of
 * another version, whose tables have a column more.
 */
export class NextVersion {
  private constructor(
    private readonly hosts: readonly ProjectionHost[],
    private readonly pool: pg.Pool,
    private readonly eventStore: ObservedEventStore,
    private readonly databaseUrl: string,
  ) {}

  static async start(databaseUrl: string, eventStoreUrl: string): Promise<NextVersion> {
    const logger = createLogger({ level: 'silent' });
    const migrations = [...commandApiMigrations, OF_THE_NEXT_VERSION];
    const eventStore = await openStores({ databaseUrl, eventStoreUrl, migrations, logger });
    const pool = createPool({ ownerUrl: databaseUrl, role: 'projector', max: 9, onIdleError: () => undefined });
    const hosts = PROJECTIONS.map((projection) => new ProjectionHost({ projection, eventStore, pool, logger }));
    for (const host of hosts) host.start();
    return new NextVersion(hosts, pool, eventStore, databaseUrl);
  }

  status(name: string): ProjectionStatus {
    const status = this.hosts.map((host) => host.status()).find((one) => one.name === name);
    if (status === undefined) throw new Error(`no projection ${name}`);
    return status;
  }

  /** Of all of them, with one another. */
  caughtUp(): boolean {
    const statuses = this.hosts.map((host) => host.status());
    return statuses.every(({ caughtUp, position }) => caughtUp && position === statuses[0]?.position);
  }

  /** As a request at the API of that version begins it. */
  async beginRebuild(name: string): Promise<void> {
    const owner = new pg.Client({ connectionString: this.databaseUrl });
    await owner.connect();
    await owner
      .query('select read_models.open_generation($1, $2)', [name, this.status(name).version])
      .finally(() => owner.end());
  }

  async stop(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.stop()));
    await this.pool.end();
    await this.eventStore.close();
  }
}

const PROJECTIONS: readonly (() => Projection)[] = [
  () => Object.assign(new ApiKeysProjection(), { version: 2 }),
  () => new ApiKeyHistoryProjection(),
  () => new AuditLogProjection(),
];
