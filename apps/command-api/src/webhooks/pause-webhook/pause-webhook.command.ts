import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { presentWebhook } from '#libs/domain';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { webhookIn, type WebhookWrites } from '../webhook-writes.js';

/** Stops every send to an endpoint; what happens meanwhile is kept. */
export class PauseWebhook extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly webhookId: string,
  ) {
    super();
  }
}

@CommandHandler(PauseWebhook)
export class PauseWebhookHandler implements ICommandHandler<PauseWebhook> {
  constructor(private readonly webhooks: WebhookWrites) {}

  async execute({ context, webhookId }: PauseWebhook): Promise<WriteAnswer> {
    const figures = await this.webhooks.figures(context.caller.orgId, webhookId);
    return this.webhooks.run(context, async () => ({
      webhookId,
      command: (now) => ({ kind: 'PauseWebhook', webhookId, now }),
      answer: async (outcome) => ({ status: 200, body: presentWebhook(webhookIn(outcome), figures) }),
    }));
  }
}
