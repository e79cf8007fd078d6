import type { IntegrationEventType } from '#libs/domain';

/**
 * The version that this release writes of each type. Of each version up to it there are a schema and a golden file, which
 * are never changed but for what receivers may be given in addition.
 */
export const CONTRACT_VERSIONS: Readonly<Record<IntegrationEventType, 1>> = {
  'job.completed': 1,
  'job.failed': 1,
  'job.progress': 1,
  'api_key.created': 1,
  'api_key.rotated': 1,
  'api_key.suspended': 1,
  'api_key.reactivated': 1,
  'api_key.revoked': 1,
  'api_key.deleted': 1,
  'api_key.expiring': 1,
  'webhook.disabled': 1,
};
