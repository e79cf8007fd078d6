import { Module, type DynamicModule } from '@nestjs/common';
import { listScopes } from '#libs/domain';
import { Past } from './api-keys/as-of.js';
import { GetApiKeyHistoryController } from './api-keys/get-api-key-history/get-api-key-history.controller.js';
import { GetApiKeyController } from './api-keys/get-api-key/get-api-key.controller.js';
import { ListApiKeysController } from './api-keys/list-api-keys/list-api-keys.controller.js';
import { DownloadLimit } from './audit-log/download-limit.js';
import { ExportAuditLogController } from './audit-log/export-audit-log/export-audit-log.controller.js';
import { ExportSender } from './audit-log/export-sender.js';
import { GetAuditMetadataController } from './audit-log/get-audit-metadata/get-audit-metadata.controller.js';
import { ListActivityController } from './audit-log/list-activity/list-activity.controller.js';
import { ListAuditLogController } from './audit-log/list-audit-log/list-audit-log.controller.js';
import { ReadLogController } from './audit-log/read-log/read-log.controller.js';
import { EVENT_STORE, GetJobHistoryController } from './jobs/get-job-history/get-job-history.controller.js';
import { GetJobController } from './jobs/get-job/get-job.controller.js';
import { ListJobsController } from './jobs/list-jobs/list-jobs.controller.js';
import { ListPolicyTypesController } from './policy-types/list-policy-types/list-policy-types.controller.js';
import { ListScopesController, SCOPE_LISTING } from './callers/list-scopes.controller.js';
import { WhoamiController } from './callers/whoami.controller.js';
import type { CommandApiDependencies } from './command-api-dependencies.js';
import { Cursors } from './http/cursors.js';
import { ReadSide } from './reads/read-side.js';
import { GetUsageController } from './usage/get-usage.controller.js';
import { GetDeliveryController } from './webhooks/get-delivery/get-delivery.controller.js';
import { GetWebhookController } from './webhooks/get-webhook/get-webhook.controller.js';
import { ListDeliveriesController } from './webhooks/list-deliveries/list-deliveries.controller.js';
import { ListWebhooksController } from './webhooks/list-webhooks/list-webhooks.controller.js';
import { WEBHOOK_DELIVERIES } from './webhooks/webhook-deliveries.js';

/** Two organizations that take all they may leave the others waiting, but only for downloads. */
const DOWNLOADS = { perOrganization: 2, total: 4 };

/** The queries, and beside them the modules of the use cases that change something. */
@Module({})
export class CommandApiModule {
  static over(dependencies: CommandApiDependencies): DynamicModule {
    const { database, downloads, tokens, clock, catalogue, exports, lastUsed, logger, modules } = dependencies;
    const { head, waitFor, settings } = dependencies;
    const reads = new ReadSide(database, downloads, new Cursors(tokens), clock, (keyId) => lastUsed.pending(keyId));
    const limit = new DownloadLimit(DOWNLOADS);
    const pace = { leastBytes: settings.downloadLeastBytesPerMinute };
    return {
      module: CommandApiModule,
      imports: [...modules],
      controllers: [
        ListApiKeysController,
        GetApiKeyController,
        GetApiKeyHistoryController,
        ListAuditLogController,
        GetAuditMetadataController,
        ExportAuditLogController,
        ListActivityController,
        ReadLogController,
        ListPolicyTypesController,
        ListJobsController,
        GetJobController,
        GetJobHistoryController,
        GetUsageController,
        ListWebhooksController,
        GetWebhookController,
        ListDeliveriesController,
        GetDeliveryController,
        WhoamiController,
        ListScopesController,
      ],
      providers: [
        { provide: ReadSide, useValue: reads },
        { provide: Past, useValue: new Past({ clock, head, waitFor, waitMs: settings.positionWaitMs }) },
        { provide: ExportSender, useValue: new ExportSender({ audit: exports, limit, logger, pace }) },
        { provide: WEBHOOK_DELIVERIES, useValue: dependencies.webhookDeliveries },
        { provide: EVENT_STORE, useValue: dependencies.eventStore },
        { provide: SCOPE_LISTING, useValue: listScopes(catalogue) },
      ],
    };
  }
}
