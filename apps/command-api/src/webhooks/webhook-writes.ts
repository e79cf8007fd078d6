import { eventId, webhookStreams, type CommandOutcome, type CommandRunner } from '#libs/commands';
import {
  assertMayRead,
  DomainRejection,
  isWebhookId,
  webhookStream,
  type IntegrationEventType,
  type WebhookCommand,
  type WebhookFacts,
  type WebhookFigures,
  type WebhookState,
} from '#libs/domain';
import type { EventStore, Position, StoredEvent } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import { grantorOf } from '../api-keys/api-key-writes.js';
import type { IdempotentWrites, WriteAttempt } from '../write-side/idempotency/idempotent-writes.js';
import type { WriteAnswer } from '../write-side/idempotency/write-answer.js';
import { commandMetadata, type WriteContext } from '../write-side/write-context.js';
import type { WebhookDeliveries } from './webhook-deliveries.js';

export interface WebhookWritesOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly runner: CommandRunner;
  readonly writes: IdempotentWrites;
  readonly sealPosition: (position: Position) => string;
  readonly deliveries: Pick<WebhookDeliveries, 'figures'>;
  /** Has those who send do at once what the events say, ahead of the fan-out, which does it again. */
  readonly apply: (events: readonly StoredEvent[]) => Promise<void>;
  readonly logger: Logger;
}

/** One write on an endpoint: what to decide, and how to answer what came of it. */
export interface WebhookWrite {
  readonly webhookId: string;
  readonly command: (now: number) => WebhookCommand;
  readonly startsStream?: boolean;
  readonly answer: (
    outcome: CommandOutcome<WebhookState>,
  ) => Promise<Pick<WriteAnswer, 'status' | 'body'> & { readonly location?: string }>;
}

/** Of an endpoint that nothing was sent to yet. */
export const NO_FIGURES: WebhookFigures = { lastDelivery: null, successRate24h: null, backlog: 0 };

/** What the use cases that change endpoints have in common: one idempotent command on the endpoint's stream. */
export class WebhookWrites {
  constructor(private readonly options: WebhookWritesOptions) {}

  /**
   * @throws DomainRejection as the decider refuses
   * @throws IdempotencyRefused, EventStoreUnavailable, DatabaseUnavailable
   */
  run(context: WriteContext, write: (attempt: WriteAttempt) => Promise<WebhookWrite>): Promise<WriteAnswer> {
    const { writes, runner, sealPosition } = this.options;
    return writes.run(context, async (attempt) => {
      const { webhookId, command, startsStream, answer } = await write(attempt);
      const outcome = await runner.run({
        type: webhookStreams,
        stream: streamOf(webhookId),
        commandId: attempt.commandId,
        metadata: commandMetadata(context, null),
        command,
        startsStream,
        repeated: attempt.repeatedSince !== null,
        begunAt: attempt.begunAt,
      });
      await this.#apply(outcome.events);
      const { status, body, location = null } = await answer(outcome);
      return { status, body, location, logPosition: sealPosition(outcome.position) };
    });
  }

  /** The endpoint as it stands, deleted or not; null for one that is unknown or another organization's. */
  async find(orgId: string, webhookId: string): Promise<WebhookFacts | null> {
    return (await this.options.runner.look(webhookStreams, streamOf(webhookId), orgId)).webhook;
  }

  /**
   * To be called before a command after which an endpoint shows something: before a stored answer is given again too, so
   * that a caller who lost a scope gets none. The decider looks again.
   * @param more types beside those that the endpoint has
   * @throws DomainRejection `insufficient_scope`; `webhook_not_found` for one that was never there
   */
  async assertMayShow(context: WriteContext, webhookId: string, more: readonly IntegrationEventType[] = []) {
    const webhook = await this.find(context.caller.orgId, webhookId);
    if (webhook === null) throw webhookNotFound();
    try {
      assertMayRead(grantorOf(context.caller), [...webhook.events, ...more]);
    } catch (error) {
      // Existence comes before grants. A deleted endpoint is there for a stored answer alone.
      throw webhook.deleted ? webhookNotFound() : error;
    }
  }

  /**
   * What the endpoint's deliveries say of it; of one without any, nothing.
   * @throws DomainRejection `webhook_not_found` for what is no endpoint's id @throws DatabaseUnavailable
   */
  async figures(orgId: string, webhookId: string): Promise<WebhookFigures> {
    assertWebhookId(webhookId);
    return (await this.options.deliveries.figures(orgId, [webhookId])).get(webhookId) ?? NO_FIGURES;
  }

  /**
   * For a write that does something before its command: nothing is done for an endpoint that is not there.
   * @throws DomainRejection `webhook_not_found`, unless an earlier attempt has met it
   */
  async assertExists(attempt: WriteAttempt, orgId: string, webhookId: string): Promise<void> {
    const webhook = await this.find(orgId, webhookId);
    if (webhook !== null && (!webhook.deleted || (await this.isStored(attempt, webhookId)))) return;
    throw webhookNotFound();
  }

  /** Whether an earlier attempt at the same write came as far as the log: then its event says what happened. */
  async isStored({ commandId, repeatedSince }: WriteAttempt, webhookId: string): Promise<boolean> {
    if (repeatedSince === null) return false;
    for (let from = 0; ; from += PAGE) {
      const page = await this.options.store.readStream(streamOf(webhookId), { from, limit: PAGE });
      if (page.some(({ id }) => id === eventId(commandId, 0))) return true;
      if (page.length < PAGE) return false;
    }
  }

  /**
   * The events stand whatever becomes of this, and the fan-out says the same a moment later. What is to be skipped would be
   * sent until then, so that is left to it: it skips and activates at once.
   */
  async #apply(events: readonly StoredEvent[]): Promise<void> {
    const [first] = events;
    if (first === undefined || first.data['backlog'] === 'skip') return;
    try {
      await this.options.apply(events);
    } catch (error) {
      const about = { err: error, stream: first.stream, org_id: first.metadata.org_id };
      this.options.logger.warn(about, 'what sends to a webhook endpoint learns of its change by the log alone');
    }
  }
}

const PAGE = 1_000;

/** The endpoint after a command that was not refused. */
export function webhookIn({ state }: CommandOutcome<WebhookState>): WebhookFacts {
  if (state.webhook === null) throw webhookNotFound();
  return state.webhook;
}

/** The one answer to an id that is unknown, of another organization, or of no form that ids have. */
export function webhookNotFound(): DomainRejection {
  return new DomainRejection('webhook_not_found', 'Webhook endpoint not found.');
}

/** @throws DomainRejection `webhook_not_found` for what is no endpoint's id, before any store is asked for it */
export function assertWebhookId(id: string): void {
  if (!isWebhookId(id)) throw webhookNotFound();
}

function streamOf(webhookId: string): string {
  assertWebhookId(webhookId);
  return webhookStream(webhookId);
}
