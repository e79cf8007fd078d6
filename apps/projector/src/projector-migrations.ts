import type { Migration } from '#libs/postgres';
import { readModelMigrations } from '#libs/read-models';
import { expiryNoticeMigrations } from './announce-expiry/expiry-notice.migrations.js';
import { publisherMigrations } from './publisher/publisher.migrations.js';

/** Everything that the projector needs of its database; the event store has migrations of its own. */
export const projectorMigrations: readonly Migration[] = [
  ...readModelMigrations,
  ...expiryNoticeMigrations,
  ...publisherMigrations,
];
