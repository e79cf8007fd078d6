import type { Migration } from '#libs/postgres';
import { readModelMigrations } from '#libs/read-models';
import { webhookDeliveryMigrations } from '#libs/webhook-deliveries';
import { webhookSecretMigrations } from '#libs/webhook-secrets';
import { jobQueueMigrations } from './worker/job-queue.migrations.js';
import { idempotencyMigrations } from './write-side/idempotency/idempotency.migrations.js';

/** Everything that the API needs of its database; the event store has migrations of its own. */
export const commandApiMigrations: readonly Migration[] = [
  ...readModelMigrations,
  ...idempotencyMigrations,
  ...jobQueueMigrations,
  ...webhookSecretMigrations,
  ...webhookDeliveryMigrations,
];
