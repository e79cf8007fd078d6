import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { presentWebhook, type Backlog } from '#libs/domain';
import { grantorOf } from '../../api-keys/api-key-writes.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { webhookIn, type WebhookWrites } from '../webhook-writes.js';

/** Ends a pause, or that an endpoint is disabled, whose failures then count anew. */
export class ActivateWebhook extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly webhookId: string,
    readonly backlog: Backlog,
  ) {
    super();
  }
}

@CommandHandler(ActivateWebhook)
export class ActivateWebhookHandler implements ICommandHandler<ActivateWebhook> {
  constructor(private readonly webhooks: WebhookWrites) {}

  async execute({ context, webhookId, backlog }: ActivateWebhook): Promise<WriteAnswer> {
    await this.webhooks.assertMayShow(context, webhookId);
    const before = await this.webhooks.figures(context.caller.orgId, webhookId);
    // What is skipped is pending no longer, though the deliveries learn of it a moment later.
    const figures = backlog === 'skip' ? { ...before, backlog: 0 } : before;
    const reader = grantorOf(context.caller);
    return this.webhooks.run(context, async () => ({
      webhookId,
      command: (now) => ({ kind: 'ActivateWebhook', webhookId, backlog, reader, now }),
      answer: async (outcome) => ({ status: 200, body: presentWebhook(webhookIn(outcome), figures) }),
    }));
  }
}
