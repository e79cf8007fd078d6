import type { Migration } from '#libs/postgres';
import { readModelMigrations } from '#libs/read-models';
import { webhookDeliveryMigrations } from '#libs/webhook-deliveries';
import { webhookSecretMigrations } from '#libs/webhook-secrets';

/** Everything that the dispatcher needs of its database; the event store has migrations of its own. */
export const dispatcherMigrations: readonly Migration[] = [
  ...readModelMigrations,
  ...webhookSecretMigrations,
  ...webhookDeliveryMigrations,
];
