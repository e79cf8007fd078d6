import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { toPosition, type StoredEvent } from '#libs/event-store';
import { createPool, migrate, type DatabaseRole } from '#libs/postgres';
import { loadCheckpoint, projectPage, servingGeneration, useGeneration, type Projection } from '#libs/projections';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { readModelMigrations } from '../schema/read-model-migrations.js';
import type { ReadModelTables } from '../schema/read-model-tables.js';

/** For tests: a database with the read models, projected into as the projector and asked as the api role. */
export class ReadModelDatabase {
  readonly api: Kysely<ReadModelTables>;
  readonly apiPool: pg.Pool;
  readonly projectorPool: pg.Pool;

  private constructor(private readonly database: TestDatabase) {
    this.apiPool = this.#pool('api');
    this.projectorPool = this.#pool('projector');
    this.api = new Kysely<ReadModelTables>({ dialect: new PostgresDialect({ pool: this.apiPool }) });
  }

  static async create(): Promise<ReadModelDatabase> {
    const database = await createTestDatabase();
    await migrate(database.url, readModelMigrations);
    return new ReadModelDatabase(database);
  }

  get url(): string {
    return this.database.url;
  }

  /** Projects what the projection has not seen of the log, in pages that end after each of `cuts` events. */
  async project(projection: Projection, log: readonly StoredEvent[], cuts: readonly number[] = []): Promise<void> {
    const client = await this.projectorPool.connect();
    try {
      const generation = await servingGeneration(client, projection);
      await useGeneration(client, generation);
      let from = (await loadCheckpoint(client, generation)).position;
      for (const end of [...cuts, log.length].sort((a, b) => a - b)) {
        const events = log.slice(Number(from), end);
        if (events.length === 0) continue;
        const position = toPosition(BigInt(end));
        await projectPage(client, { projection, generation, from }, { events, position });
        from = position;
      }
    } finally {
      client.release();
    }
  }

  /** Every row of the tables, as text, in the order of the rows: what two runs must have in common. */
  async rows(tables: readonly string[]): Promise<readonly string[]> {
    const all: string[] = [];
    for (const table of tables) {
      const { rows } = await this.projectorPool.query<{ row: string }>(
        `select '${table} ' || t::text as row from read_models.${table} t order by 1`,
      );
      all.push(...rows.map(({ row }) => row));
    }
    return all;
  }

  /** Throws away what was projected, checkpoint included, as a rebuild does. */
  async forget(): Promise<void> {
    const { rows } = await this.#asOwner<{ deletes: string }>(
      `select string_agg(format('delete from %I.%I;', schemaname, tablename), ' ') as deletes
       from pg_tables where schemaname like 'read\\_models\\_%' or tablename = 'projection_sequences'`,
    );
    // Of few rows that is a third of the work of a truncate, which makes every table and index anew.
    await this.#asOwner(
      `${rows[0]?.deletes} update read_models.projection_checkpoints set position = 0, last_stream = null`,
    );
  }

  async drop(): Promise<void> {
    await this.api.destroy();
    await this.projectorPool.end();
    await this.database.drop();
  }

  async #asOwner<Row extends pg.QueryResultRow>(statement: string): Promise<pg.QueryResult<Row>> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    try {
      return await client.query<Row>(statement);
    } finally {
      await client.end();
    }
  }

  #pool(role: DatabaseRole): pg.Pool {
    return createPool({ ownerUrl: this.database.url, role, max: 4, onIdleError: () => undefined });
  }
}
