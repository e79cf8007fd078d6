import { webhookStreams, type CommandOutcome } from '#libs/commands';
import { integrationEventId } from '#libs/contracts';
import { DomainRejection, isDeliveryId, isWebhookId, toSeconds, type WebhookState } from '#libs/domain';
import type { Position, StoredEvent } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import type { DeliveryView } from '#libs/webhook-deliveries';
import type { WebhookDeliveries } from './webhook-deliveries.js';

export interface RequestedDeliveriesOptions {
  readonly deliveries: Pick<WebhookDeliveries, 'get'>;
  /** Whether the fan-out has made what the log asks for up to the position, within the time. */
  readonly waitFor: (position: Position, timeoutMs: number) => Promise<boolean>;
  readonly waitMs: number;
  readonly logger: Logger;
}

/** Deliveries that somebody asked for by an event: the fan-out makes them when it comes to that event. */
export class RequestedDeliveries {
  constructor(private readonly options: RequestedDeliveriesOptions) {}

  /** Null also for what is no id of one. @throws DatabaseUnavailable */
  async find(orgId: string, webhookId: string, deliveryId: string): Promise<DeliveryView | null> {
    if (!isWebhookId(webhookId) || !isDeliveryId(deliveryId)) return null;
    return this.options.deliveries.get(orgId, webhookId, deliveryId);
  }

  /**
   * The delivery that a test or a redelivery has led to, waited for; where it is not there in time, as it will be when it
   * is. What was stored is never lost for want of it.
   * @param first what a redelivery is of
   */
  async deliveryOf(
    webhookId: string,
    { events, position }: CommandOutcome<WebhookState>,
    first: DeliveryView | null,
  ): Promise<DeliveryView> {
    const [event] = events;
    if (event === undefined) throw new Error('a delivery was asked for without an event');
    const asked = asAskedFor(event, first);
    const { deliveries, waitFor, waitMs, logger } = this.options;
    try {
      if (!(await waitFor(position, waitMs))) return asked;
      return (await deliveries.get(event.metadata.org_id, webhookId, asked.id)) ?? asked;
    } catch (error) {
      logger.warn({ err: error, webhook_id: webhookId }, 'a delivery that was asked for was not read');
      return asked;
    }
  }
}

/** The one answer to a delivery that is unknown, of another endpoint, no longer kept, or of no form that ids have. */
export function deliveryNotFound(): DomainRejection {
  return new DomainRejection('delivery_not_found', 'Delivery not found.');
}

/** What the fan-out will make of the event. */
function asAskedFor(event: StoredEvent, first: DeliveryView | null): DeliveryView {
  const { data } = webhookStreams.parse(event);
  if (!('delivery_id' in data)) throw new Error(`${event.type} asks for no delivery`);
  const at = toSeconds(Date.parse(event.metadata.occurred_at));
  const isRedelivery = 'redelivery_of' in data;
  return {
    id: data.delivery_id,
    event_id: isRedelivery ? data.event_id : integrationEventId(event.id),
    event_type: data.event_type,
    sequence: first?.sequence ?? null,
    status: 'pending',
    test: first?.test ?? !isRedelivery,
    redelivery_of: isRedelivery ? data.redelivery_of : null,
    created_at: at,
    next_attempt_at: at,
    attempts: [],
  };
}
