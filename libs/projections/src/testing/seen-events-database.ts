import pg from 'pg';
import { createPool, migrate, type DatabaseRole } from '#libs/postgres';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { OperatorProjections } from '../operator-projections.js';
import { projectionMigrations } from '../projection-migrations.js';
import { seenEventsMigration } from './seen-events.projection.js';

/** For tests: a database with the checkpoints and the table of `SeenEvents`, and pools of the projector role. */
export class SeenEventsDatabase {
  readonly #pools: pg.Pool[] = [];

  private constructor(private readonly database: TestDatabase) {}

  static async create(): Promise<SeenEventsDatabase> {
    const database = await createTestDatabase();
    await migrate(database.url, [...projectionMigrations, seenEventsMigration]);
    return new SeenEventsDatabase(database);
  }

  /** What operators see and ask for. */
  operator(version = 1): OperatorProjections {
    return new OperatorProjections(this.pool('operator'), { 'seen-events': version });
  }

  pool(role: DatabaseRole = 'projector'): pg.Pool {
    const pool = createPool({ ownerUrl: this.database.url, role, max: 4, onIdleError: () => undefined });
    this.#pools.push(pool);
    return pool;
  }

  /** Cuts every connection of the projector role, as a restart of Postgres does. */
  async cutConnections(): Promise<void> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
                        where datname = current_database() and application_name = 'keyledger projector'`);
    await client.end();
  }

  async drop(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()));
    await this.database.drop();
  }
}
