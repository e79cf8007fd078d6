import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import type { WebhookWrites } from '../webhook-writes.js';

/** Takes an endpoint out of every list and look-up, and sends nothing to it any more. */
export class DeleteWebhook extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly webhookId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteWebhook)
export class DeleteWebhookHandler implements ICommandHandler<DeleteWebhook> {
  constructor(private readonly webhooks: WebhookWrites) {}

  execute({ context, webhookId }: DeleteWebhook): Promise<WriteAnswer> {
    return this.webhooks.run(context, async () => ({
      webhookId,
      command: (now) => ({ kind: 'DeleteWebhook', webhookId, now }),
      answer: async () => ({ status: 204, body: null }),
    }));
  }
}
