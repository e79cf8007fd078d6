import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { NO_STREAM, type EventToStore, type Position } from '#libs/event-store';
import { eventStoreMigrations, PostgresEventStore } from '#libs/event-store-postgres';
import { SILENT, type Logger } from '#libs/observability';
import { migrate } from '#libs/postgres';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { projectorMigrations } from '../../projector-migrations.js';
import { createPublisher, type RunningPublisher } from '../create-publisher.js';
import type { RecordingBus } from './recording-bus.js';

/** A log on a real Postgres, and publishers of it. */
export class PublishingSystem {
  readonly #publishers: RunningPublisher[] = [];
  readonly #revisions = new Map<string, number>();

  private constructor(
    readonly database: TestDatabase,
    readonly store: PostgresEventStore,
  ) {}

  static async start(): Promise<PublishingSystem> {
    const database = await createTestDatabase();
    await migrate(database.url, [...projectorMigrations, ...eventStoreMigrations]);
    return new PublishingSystem(database, await PostgresEventStore.open({ ownerUrl: database.url, logger: SILENT }));
  }

  /** One that runs until it or the system is stopped. */
  publish(bus: RecordingBus, logger: Logger = SILENT): RunningPublisher {
    const publisher = createPublisher({ ownerUrl: this.database.url, eventStore: this.store, bus, logger });
    this.#publishers.push(publisher);
    publisher.start();
    return publisher;
  }

  /** At the end of the stream; the position of the last. */
  async append(stream: string, events: readonly Omit<EventToStore, 'id'>[]): Promise<Position> {
    const expected = this.#revisions.get(stream) ?? NO_STREAM;
    const stored = events.map(({ type, data, metadata }) => ({ id: randomUUID(), type, data, metadata }));
    const result = await this.store.append(stream, expected, stored);
    if (result.outcome !== 'stored') throw new Error('somebody else appended to the stream');
    this.#revisions.set(stream, result.revision);
    return result.position;
  }

  /** Of the owner, as a string; null where there is none yet. */
  async checkpoint(): Promise<string | null> {
    const { rows } = await this.query<{ position: string }>('select position from publisher.checkpoint');
    return rows[0]?.position ?? null;
  }

  async query<Row extends pg.QueryResultRow>(text: string): Promise<pg.QueryResult<Row>> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    return client.query<Row>(text).finally(() => client.end());
  }

  async stop(): Promise<void> {
    await Promise.all(this.#publishers.splice(0).map((publisher) => publisher.stop()));
    await this.store.close();
    await this.database.drop();
  }
}
