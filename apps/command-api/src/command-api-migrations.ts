import { eventStoreMigrations } from '#libs/event-store-postgres';
import type { Migration } from '#libs/postgres';
import { readModelMigrations } from '#libs/read-models';
import { idempotencyMigrations } from './write-side/idempotency/idempotency.migrations.js';

/** Everything that the API needs of a Postgres that is event store and database at once. */
export const commandApiMigrations: readonly Migration[] = [
  ...eventStoreMigrations,
  ...readModelMigrations,
  ...idempotencyMigrations,
];
