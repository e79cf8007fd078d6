import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { assertMayRead, presentWebhook, validEventTypes } from '#libs/domain';
import { hintOf, newSigningSecret, type WebhookSecrets } from '#libs/webhook-secrets';
import { grantorOf } from '../../api-keys/api-key-writes.js';
import { entropyPiece } from '../../write-side/idempotency/intent.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import type { AdmittedUrls } from '../admitted-urls.js';
import { mintedId } from '../minted-id.js';
import { NO_FIGURES, webhookIn, type WebhookWrites } from '../webhook-writes.js';

export interface CreateWebhookInput {
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
}

/** Makes an endpoint; the answer alone shows the secret that its messages are signed with. */
export class CreateWebhook extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly input: CreateWebhookInput,
  ) {
    super();
  }
}

@CommandHandler(CreateWebhook)
export class CreateWebhookHandler implements ICommandHandler<CreateWebhook> {
  constructor(
    private readonly webhooks: WebhookWrites,
    private readonly urls: AdmittedUrls,
    private readonly secrets: Pick<WebhookSecrets, 'keep'>,
  ) {}

  async execute({ context, input }: CreateWebhook): Promise<WriteAnswer> {
    // The shape comes before the rights, and both before a replay.
    this.urls.assertForm(input.url);
    const reader = grantorOf(context.caller);
    assertMayRead(reader, validEventTypes('events', input.events));
    const { orgId } = context.caller;
    return this.webhooks.run(context, async (attempt) => {
      const webhookId = mintedId('whk', entropyPiece(attempt.entropy, 0));
      const secretId = mintedId('whs', entropyPiece(attempt.entropy, 1));
      const secret = newSigningSecret(entropyPiece(attempt.entropy, 2));
      const { url, warnings } = await this.urls.admit(input.url, await this.webhooks.isStored(attempt, webhookId));
      // Before the event that names it: no endpoint is ever without a secret to sign with.
      await this.secrets.keep({ orgId, webhookId, secretId, secret });
      return {
        webhookId,
        startsStream: true,
        command: (now) => ({
          kind: 'CreateWebhook',
          webhookId,
          url,
          events: input.events,
          description: input.description,
          secret: { secretId, hint: hintOf(secret) },
          reader,
          now,
        }),
        answer: async (outcome) => ({
          status: 201,
          body: { ...presentWebhook(webhookIn(outcome), NO_FIGURES), secret, warnings },
          location: `/v1/webhooks/${webhookId}`,
        }),
      };
    });
  }
}
