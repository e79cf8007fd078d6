import type { IntegrationEvent, LogMessage, LogMessageContent } from '#libs/contracts';
import {
  deliveryBytes,
  MOST_STATEMENT_BYTES,
  type FanOutRows,
  type ListedEvent,
  type NewDelivery,
  type NumberedEvent,
} from '#libs/webhook-deliveries';
import { DeliveryBody } from './delivery-body.js';
import { newDeliveryId } from './new-id.js';
import type { SubscribedEndpoints } from './subscribed-endpoints.js';

/** The rows of what happened, in log order: who gets it, and under which number. */
export class PageRows implements FanOutRows {
  readonly events: ListedEvent[] = [];
  readonly numbered: NumberedEvent[] = [];
  readonly deliveries: NewDelivery[] = [];
  #bytes = 0;

  constructor(private readonly endpoints: SubscribedEndpoints) {}

  /** Whether to write them before there are more, so that the last event’s still fit. */
  get areMany(): boolean {
    return this.#bytes >= MOST_STATEMENT_BYTES / 2;
  }

  /** Numbers the event at each endpoint that subscribes to it. */
  add({ position, content }: LogMessage): void {
    if (content?.event == null) return;
    const { event } = content;
    this.events.push(listed(position, event, content));
    let body: DeliveryBody | null = null;
    for (const endpoint of this.endpoints.of(event.org_id).values()) {
      if (!endpoint.types.has(event.type)) continue;
      body ??= new DeliveryBody(event);
      const sequence = ++endpoint.lastSequence;
      const { webhookId } = endpoint;
      this.numbered.push({ org_id: event.org_id, webhook_id: webhookId, position, sequence });
      const delivery = {
        ...{ delivery_id: newDeliveryId(), org_id: event.org_id, webhook_id: webhookId },
        ...{ event_id: event.id, event_type: event.type, cause: '', position, sequence },
        ...{ test: false, redelivery_of: null, body: body.numbered(sequence) },
      };
      this.deliveries.push(delivery);
      this.#bytes += deliveryBytes(delivery);
    }
  }
}

function listed(position: string, event: IntegrationEvent, { stream, revision }: LogMessageContent): ListedEvent {
  const { org_id, id, type, timestamp } = event;
  return { org_id, position, event_id: id, event_type: type, occurred_at: timestamp, stream, revision };
}
