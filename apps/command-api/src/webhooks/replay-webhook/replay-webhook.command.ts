import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DomainRejection, toSeconds, validEventTypes, type IntegrationEventType } from '#libs/domain';
import { grantorOf } from '../../api-keys/api-key-writes.js';
import { entropyPiece } from '../../write-side/idempotency/intent.js';
import type { WriteAnswer } from '../../write-side/idempotency/write-answer.js';
import type { WriteContext } from '../../write-side/write-context.js';
import type { EventCounts } from '../event-counts.js';
import { mintedId } from '../minted-id.js';
import { webhookNotFound, type WebhookWrites } from '../webhook-writes.js';

export interface ReplayWebhookInput {
  /** Unix milliseconds, as the next one. */
  readonly since: number;
  /** Null: now. */
  readonly until: number | null;
  /** Undefined: all that the endpoint has. */
  readonly eventTypes: readonly string[] | undefined;
}

/** Has everything of a period sent again, whether it was delivered or not. */
export class ReplayWebhook extends Command<WriteAnswer> {
  constructor(
    readonly context: WriteContext,
    readonly webhookId: string,
    readonly input: ReplayWebhookInput,
  ) {
    super();
  }
}

@CommandHandler(ReplayWebhook)
export class ReplayWebhookHandler implements ICommandHandler<ReplayWebhook> {
  constructor(
    private readonly webhooks: WebhookWrites,
    private readonly counts: EventCounts,
    private readonly clock: () => number,
  ) {}

  async execute({ context, webhookId, input }: ReplayWebhook): Promise<WriteAnswer> {
    const asked = input.eventTypes === undefined ? undefined : validEventTypes('event_types', input.eventTypes);
    const period = periodOf(input, this.clock());
    await this.webhooks.assertMayShow(context, webhookId, asked);
    const { orgId } = context.caller;
    const reader = grantorOf(context.caller);
    return this.webhooks.run(context, async (attempt) => {
      await this.webhooks.assertExists(attempt, orgId, webhookId);
      const eventTypes = await this.#subscribed(orgId, webhookId, asked);
      // What an earlier attempt has stored says itself how much it was.
      const isStored = await this.webhooks.isStored(attempt, webhookId);
      const count = isStored ? 0 : await this.counts.count(orgId, { types: eventTypes, ...period });
      const replayId = mintedId('rpl', entropyPiece(attempt.entropy, 0));
      return {
        webhookId,
        command: (now) => ({
          ...{ kind: 'ReplayWebhook', webhookId, reader, now },
          ...{ replayId, eventTypes, count, ...period },
        }),
        answer: async ({ events }) => ({ status: 202, body: { count: Number(events[0]?.data['count']) } }),
      };
    });
  }

  async #subscribed(
    orgId: string,
    webhookId: string,
    asked: readonly IntegrationEventType[] | undefined,
  ): Promise<readonly IntegrationEventType[]> {
    const { events } = (await this.webhooks.find(orgId, webhookId)) ?? missing();
    const fields = (asked ?? []).flatMap((type, index) =>
      events.includes(type) ? [] : [{ field: `event_types[${index}]`, message: 'is not sent to this endpoint' }],
    );
    if (fields.length > 0)
      throw new DomainRejection('invalid_event_types', 'Only what is sent to the endpoint can be replayed.', {
        fields,
      });
    return asked ?? events;
  }
}

function missing(): never {
  throw webhookNotFound();
}

/**
 * Whole seconds, as the event has them, and none is left out that was asked for in part: a period that ends now ends with
 * this second. Nothing is replayed that is still to happen, so it never ends later.
 * @throws DomainRejection `validation_failed`
 */
function periodOf(
  { since, until }: ReplayWebhookInput,
  now: number,
): { readonly since: number; readonly until: number } {
  const end = Math.min(until ?? now + 1, now + 1);
  const period = { since: toSeconds(since), until: Math.ceil(end / 1_000) };
  if (since >= end || period.since >= period.until) throw DomainRejection.ofField('since', 'must be before until');
  return period;
}
