import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { validEventType } from '#libs/domain';
import { grantorOf } from '../../api-keys/api-key-writes.js';
import { entropyPiece } from '../../write-side/idempotency/intent.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { mintedId } from '../minted-id.js';
import type { RequestedDeliveries } from '../requested-deliveries.js';
import type { WebhookWrites } from '../webhook-writes.js';

/** Has a sample sent to an endpoint, signed as all else. */
export class TestWebhook extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly webhookId: string,
    readonly eventType: string,
  ) {
    super();
  }
}

@CommandHandler(TestWebhook)
export class TestWebhookHandler implements ICommandHandler<TestWebhook> {
  constructor(
    private readonly webhooks: WebhookWrites,
    private readonly requested: RequestedDeliveries,
  ) {}

  async execute({ context, webhookId, eventType: asked }: TestWebhook): Promise<WriteAnswer> {
    const eventType = validEventType(asked);
    await this.webhooks.assertMayShow(context, webhookId);
    const reader = grantorOf(context.caller);
    return this.webhooks.run(context, async ({ entropy }) => {
      const deliveryId = mintedId('dlv', entropyPiece(entropy, 0));
      return {
        webhookId,
        command: (now) => ({ kind: 'TestWebhook', webhookId, deliveryId, eventType, reader, now }),
        answer: async (outcome) => ({ status: 202, body: await this.requested.deliveryOf(webhookId, outcome, null) }),
      };
    });
  }
}
