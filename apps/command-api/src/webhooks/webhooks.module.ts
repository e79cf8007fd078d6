import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { WebhookSecrets } from '#libs/webhook-secrets';
import { ActivateWebhookHandler } from './activate-webhook/activate-webhook.command.js';
import { ActivateWebhookController } from './activate-webhook/activate-webhook.controller.js';
import type { AdmittedUrls } from './admitted-urls.js';
import { CreateWebhookHandler } from './create-webhook/create-webhook.command.js';
import { CreateWebhookController } from './create-webhook/create-webhook.controller.js';
import { DeleteWebhookHandler } from './delete-webhook/delete-webhook.command.js';
import { DeleteWebhookController } from './delete-webhook/delete-webhook.controller.js';
import type { EventCounts } from './event-counts.js';
import { PauseWebhookHandler } from './pause-webhook/pause-webhook.command.js';
import { PauseWebhookController } from './pause-webhook/pause-webhook.controller.js';
import { RedeliverHandler } from './redeliver/redeliver.command.js';
import { RedeliverController } from './redeliver/redeliver.controller.js';
import { ReplayWebhookHandler } from './replay-webhook/replay-webhook.command.js';
import { ReplayWebhookController } from './replay-webhook/replay-webhook.controller.js';
import type { RequestedDeliveries } from './requested-deliveries.js';
import { RotateWebhookSecretHandler } from './rotate-webhook-secret/rotate-webhook-secret.command.js';
import { RotateWebhookSecretController } from './rotate-webhook-secret/rotate-webhook-secret.controller.js';
import { TestWebhookHandler } from './test-webhook/test-webhook.command.js';
import { TestWebhookController } from './test-webhook/test-webhook.controller.js';
import { UpdateWebhookHandler } from './update-webhook/update-webhook.command.js';
import { UpdateWebhookController } from './update-webhook/update-webhook.controller.js';
import type { WebhookWrites } from './webhook-writes.js';

export interface WebhooksModuleOptions {
  readonly webhooks: WebhookWrites;
  readonly urls: AdmittedUrls;
  readonly secrets: Pick<WebhookSecrets, 'keep'>;
  readonly requested: RequestedDeliveries;
  readonly counts: EventCounts;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** What changes endpoints and has things sent to them; the lists are with the queries that read models answer. */
@Module({})
export class WebhooksModule {
  static over({ webhooks, urls, secrets, requested, counts, clock }: WebhooksModuleOptions): DynamicModule {
    const handlers = [
      new CreateWebhookHandler(webhooks, urls, secrets),
      new UpdateWebhookHandler(webhooks, urls),
      new DeleteWebhookHandler(webhooks),
      new PauseWebhookHandler(webhooks),
      new ActivateWebhookHandler(webhooks),
      new RotateWebhookSecretHandler(webhooks, secrets),
      new TestWebhookHandler(webhooks, requested),
      new RedeliverHandler(webhooks, requested),
      new ReplayWebhookHandler(webhooks, counts, clock),
    ];
    return {
      module: WebhooksModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        CreateWebhookController,
        UpdateWebhookController,
        DeleteWebhookController,
        PauseWebhookController,
        ActivateWebhookController,
        RotateWebhookSecretController,
        TestWebhookController,
        RedeliverController,
        ReplayWebhookController,
      ],
      providers: handlers.map((handler) => ({ provide: handler.constructor, useFactory: () => handler })),
    };
  }
}
