import type { Migration } from '#libs/postgres';
import { commandApiMigrations } from '../../command-api/src/command-api-migrations.js';
import { projectorMigrations } from '../../projector/src/projector-migrations.js';
import { dispatcherMigrations } from '../../webhook-dispatcher/src/dispatcher-migrations.js';

/** What all the apps need of one database, each step once. */
export const standaloneMigrations: readonly Migration[] = [
  ...new Map(
    [...commandApiMigrations, ...projectorMigrations, ...dispatcherMigrations].map((one) => [one.id, one]),
  ).values(),
];
