import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { presentWebhook } from '#libs/domain';
import { hintOf, newSigningSecret, type WebhookSecrets } from '#libs/webhook-secrets';
import { grantorOf } from '../../api-keys/api-key-writes.js';
import { entropyPiece } from '../../write-side/idempotency/intent.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import { mintedId } from '../minted-id.js';
import { webhookIn, type WebhookWrites } from '../webhook-writes.js';

/** Signs with a new secret from here on, and with the one before it until the overlap ends. */
export class RotateWebhookSecret extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly webhookId: string,
    readonly overlapSeconds: number,
  ) {
    super();
  }
}

@CommandHandler(RotateWebhookSecret)
export class RotateWebhookSecretHandler implements ICommandHandler<RotateWebhookSecret> {
  constructor(
    private readonly webhooks: WebhookWrites,
    private readonly secrets: Pick<WebhookSecrets, 'keep'>,
  ) {}

  async execute({ context, webhookId, overlapSeconds }: RotateWebhookSecret): Promise<WriteAnswer> {
    const { orgId } = context.caller;
    await this.webhooks.assertMayShow(context, webhookId);
    const figures = await this.webhooks.figures(orgId, webhookId);
    const reader = grantorOf(context.caller);
    return this.webhooks.run(context, async (attempt) => {
      const secretId = mintedId('whs', entropyPiece(attempt.entropy, 0));
      const secret = newSigningSecret(entropyPiece(attempt.entropy, 1));
      await this.webhooks.assertExists(attempt, orgId, webhookId);
      // Before the event that names it: whoever signs finds it as soon as it counts.
      await this.secrets.keep({ orgId, webhookId, secretId, secret });
      return {
        webhookId,
        command: (now) => ({
          ...{ kind: 'RotateWebhookSecret', webhookId, overlapSeconds, reader, now },
          secret: { secretId, hint: hintOf(secret) },
        }),
        answer: async (outcome) => ({
          status: 200,
          body: { ...presentWebhook(webhookIn(outcome), figures), secret },
        }),
      };
    });
  }
}
