import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { validEventType } from '#libs/domain';
import { grantorOf } from '../../api-keys/api-key-writes.js';
import { entropyPiece } from '../../write-side/idempotency/intent.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { mintedId } from '../minted-id.js';
import { deliveryNotFound, type RequestedDeliveries } from '../requested-deliveries.js';
import type { WebhookWrites } from '../webhook-writes.js';

/** Has what a delivery carried sent once more, as a new delivery. */
export class Redeliver extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly webhookId: string,
    readonly deliveryId: string,
  ) {
    super();
  }
}

@CommandHandler(Redeliver)
export class RedeliverHandler implements ICommandHandler<Redeliver> {
  constructor(
    private readonly webhooks: WebhookWrites,
    private readonly requested: RequestedDeliveries,
  ) {}

  async execute({ context, webhookId, deliveryId: redeliveryOf }: Redeliver): Promise<WriteAnswer> {
    const { orgId } = context.caller;
    const first = await this.requested.find(orgId, webhookId, redeliveryOf);
    const types = first === null ? [] : [validEventType(first.event_type)];
    await this.webhooks.assertMayShow(context, webhookId, types);
    const reader = grantorOf(context.caller);
    return this.webhooks.run(context, async (attempt) => {
      await this.webhooks.assertExists(attempt, orgId, webhookId);
      if (first === null) throw deliveryNotFound();
      const deliveryId = mintedId('dlv', entropyPiece(attempt.entropy, 0));
      const { event_id: eventId, event_type: eventType } = first;
      return {
        webhookId,
        command: (now) => ({
          ...{ kind: 'RedeliverWebhook', webhookId, reader, now },
          ...{ deliveryId, redeliveryOf, eventId, eventType },
        }),
        answer: async (outcome) => ({ status: 202, body: await this.requested.deliveryOf(webhookId, outcome, first) }),
      };
    });
  }
}
