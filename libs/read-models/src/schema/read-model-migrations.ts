import type { Migration } from '#libs/postgres';
import { projectionMigrations } from '#libs/projections';
import { apiKeyHistoryMigration } from './api-key-history.migration.js';
import { apiKeyUsageMigration } from './api-key-usage.migration.js';
import { apiKeysMigration } from './api-keys.migration.js';
import { auditEntriesMigration } from './audit-entries.migration.js';
import { auditLogMigration } from './audit-log.migration.js';
import { expiringKeysMigration } from './expiring-keys.migration.js';
import { readModelGenerationsMigration } from './generations.migration.js';
import { keyUsesMigration } from './key-uses.migration.js';
import { policyTypesMigration } from './policy-types.migration.js';
import { jobsMigration } from './jobs.migration.js';
import { usageSixHoursMigration } from './usage-six-hours.migration.js';
import { usageMigration } from './usage.migration.js';
import { webhooksMigration } from './webhooks.migration.js';

/** Everything of schema `read_models`, the projections' checkpoints included, in the order of its making. */
export const readModelMigrations: readonly Migration[] = [
  ...projectionMigrations,
  apiKeysMigration,
  auditLogMigration,
  apiKeyUsageMigration,
  apiKeyHistoryMigration,
  readModelGenerationsMigration,
  policyTypesMigration,
  auditEntriesMigration,
  jobsMigration,
  usageMigration,
  webhooksMigration,
  expiringKeysMigration,
  keyUsesMigration,
  usageSixHoursMigration,
];
