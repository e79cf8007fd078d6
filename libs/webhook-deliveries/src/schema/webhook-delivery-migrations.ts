import type { Migration } from '#libs/postgres';
import { claimDeliveriesMigration } from './claim-deliveries.migration.js';
import { fanOutMigration } from './fan-out.migration.js';
import { finishAttemptsMigration } from './finish-attempts.migration.js';
import { historyDaysMigration } from './history-days.migration.js';
import { tablesMigration } from './tables.migration.js';

/** The schema `webhooks`. */
export const webhookDeliveryMigrations: readonly Migration[] = [
  tablesMigration,
  historyDaysMigration,
  claimDeliveriesMigration,
  finishAttemptsMigration,
  fanOutMigration,
];
