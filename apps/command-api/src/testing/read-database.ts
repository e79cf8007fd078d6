import { createHash, randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import { streamOf, type DomainEvent, type Recorded } from '#libs/domain';
import { BEGINNING, toPosition, type StoredEvent } from '#libs/event-store';
import { createPool, migrate } from '#libs/postgres';
import { projectPage, servingGeneration, useGeneration } from '#libs/projections';
import {
  ApiKeyHistoryProjection,
  ApiKeysProjection,
  AuditLogProjection,
  readModelMigrations,
  UsageProjection,
  type ReadModelTables,
} from '#libs/read-models';
import { createTestDatabase } from '#libs/testing';

export interface ReadDatabase {
  /** Under the api role. */
  readonly database: Kysely<ReadModelTables>;
  drop(): Promise<void>;
}

/** A database whose read models say what these events say, in the order of the list. */
export async function readDatabase(events: readonly Recorded<DomainEvent>[]): Promise<ReadDatabase> {
  const test = await createTestDatabase();
  await migrate(test.url, readModelMigrations);
  const options = { ownerUrl: test.url, max: 4, onIdleError: () => undefined };
  const projector = createPool({ ...options, role: 'projector', statementTimeoutMs: 30_000 });
  const client = await projector.connect();
  const page = { events: stored(events), position: toPosition(BigInt(events.length)) };
  const projections = [
    ...[new ApiKeysProjection(), new ApiKeyHistoryProjection(), new AuditLogProjection()],
    new UsageProjection(),
  ];
  for (const projection of projections) {
    const generation = await servingGeneration(client, projection);
    await useGeneration(client, generation);
    await projectPage(client, { projection, generation, from: BEGINNING }, page);
  }
  client.release();
  await projector.end();
  const pool = createPool({ ...options, role: 'api' });
  const database = new Kysely<ReadModelTables>({ dialect: new PostgresDialect({ pool }) });
  return { database, drop: () => database.destroy().then(() => test.drop()) };
}

function stored(events: readonly Recorded<DomainEvent>[]): readonly StoredEvent[] {
  const revisions = new Map<string, number>();
  return events.map((event, index) => {
    const stream = streamOf(event, createHash('sha256').update(event.metadata.org_id).digest('hex'));
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const recordedAt = Date.parse(event.metadata.occurred_at);
    return { ...event, id: randomUUID(), stream, revision, position: toPosition(BigInt(index + 1)), recordedAt };
  });
}
