import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { assertMayRead, presentWebhook, validEventTypes } from '#libs/domain';
import { grantorOf } from '../../api-keys/api-key-writes.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import type { AdmittedUrls } from '../admitted-urls.js';
import { webhookIn, type WebhookWrites } from '../webhook-writes.js';

/** What is undefined stays; a null description clears it. */
export interface UpdateWebhookInput {
  readonly url: string | undefined;
  readonly events: readonly string[] | undefined;
  readonly description: string | null | undefined;
}

/** Changes where an endpoint is, what it is sent, or the notes on it. */
export class UpdateWebhook extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly webhookId: string,
    readonly input: UpdateWebhookInput,
  ) {
    super();
  }
}

const NOT_ASKED = { url: undefined, warnings: [] };

@CommandHandler(UpdateWebhook)
export class UpdateWebhookHandler implements ICommandHandler<UpdateWebhook> {
  constructor(
    private readonly webhooks: WebhookWrites,
    private readonly urls: AdmittedUrls,
  ) {}

  async execute({ context, webhookId, input }: UpdateWebhook): Promise<WriteAnswer> {
    const { url, events, description } = input;
    // The shape comes before the rights, and both before a replay.
    if (url !== undefined) this.urls.assertForm(url);
    const reader = grantorOf(context.caller);
    // What it is to be sent is asked for, whether it is there or not; what it is sent already, only of one that is.
    if (events !== undefined) assertMayRead(reader, validEventTypes('events', events));
    else await this.webhooks.assertMayShow(context, webhookId);
    const figures = await this.webhooks.figures(context.caller.orgId, webhookId);
    return this.webhooks.run(context, async (attempt) => {
      await this.webhooks.assertExists(attempt, context.caller.orgId, webhookId);
      const isStored = url !== undefined && (await this.webhooks.isStored(attempt, webhookId));
      const admitted = url === undefined ? NOT_ASKED : await this.urls.admit(url, isStored);
      return {
        webhookId,
        command: (now) => ({ kind: 'UpdateWebhook', webhookId, url: admitted.url, events, description, reader, now }),
        answer: async (outcome) => ({
          status: 200,
          body: { ...presentWebhook(webhookIn(outcome), figures), warnings: admitted.warnings },
        }),
      };
    });
  }
}
