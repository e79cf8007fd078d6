import { integrationEventId, sampleData, type LogMessage, type StoredDomainEventJson } from '#libs/contracts';
import { parseWebhookEvent, type Recorded, type WebhookEvent, type WebhookTested } from '#libs/domain';
import type { EndpointStep, NewDelivery } from '#libs/webhook-deliveries';
import { DeliveryBody } from './delivery-body.js';
import { PageRows } from './page-rows.js';
import type { SubscribedEndpoints } from './subscribed-endpoints.js';

/** What an event of an endpoint does to its subscription and to its deliveries. @throws MalformedEvent, UnknownEvent */
export function endpointStep(
  message: LogMessage,
  stored: StoredDomainEventJson,
  endpoints: SubscribedEndpoints,
): EndpointStep {
  const event = parseWebhookEvent(stored);
  const { webhook_id: webhookId } = event.data;
  // Told to those that subscribe to it as things stood before it.
  const rows = new PageRows(endpoints);
  rows.add(message);
  const subscribed = subscribe(event, endpoints);
  const { events, numbered } = rows;
  const tested = event.type === 'webhook.tested' ? [test(message.position, stored.id, event)] : [];
  return {
    ...{ event: stored, webhookId, events, numbered, deliveries: [...rows.deliveries, ...tested] },
    ...(subscribed === undefined ? {} : { subscribed }),
    skips: event.type === 'webhook.deleted' || (event.type === 'webhook.activated' && event.data.backlog === 'skip'),
    moves: event.type === 'webhook.updated' && event.data.changes.some(({ field }) => field === 'url'),
    redelivered:
      event.type === 'webhook.redelivered'
        ? { deliveryId: event.data.delivery_id, redeliveryOf: event.data.redelivery_of }
        : null,
    replayed: event.type === 'webhook.replayed' ? replay(event) : null,
  };
}

/** Undefined: it is as before. */
function subscribe(
  event: Recorded<WebhookEvent>,
  endpoints: SubscribedEndpoints,
): readonly string[] | null | undefined {
  const { webhook_id: webhookId } = event.data;
  const own = endpoints.of(event.metadata.org_id);
  switch (event.type) {
    case 'webhook.created':
      own.set(webhookId, { webhookId, types: new Set(event.data.events), lastSequence: 0 });
      return event.data.events;
    case 'webhook.updated': {
      const endpoint = own.get(webhookId);
      if (endpoint !== undefined) endpoint.types = new Set(event.data.events);
      return event.data.events;
    }
    case 'webhook.deleted':
      own.delete(webhookId);
      return null;
    case 'webhook.paused':
    case 'webhook.activated':
    case 'webhook.disabled':
    case 'webhook.secret_rotated':
    case 'webhook.tested':
    case 'webhook.redelivered':
    case 'webhook.replayed':
      return undefined;
  }
}

/** Its id is made of the event that asks for it, as all are. */
function test(position: string, eventId: string, { data, metadata }: Recorded<WebhookTested>): NewDelivery {
  const { webhook_id, delivery_id, event_type } = data;
  const event_id = integrationEventId(eventId);
  const body = new DeliveryBody({
    ...{ id: event_id, type: event_type, schema_version: 1, org_id: metadata.org_id },
    ...{ timestamp: metadata.occurred_at, data: sampleData(event_type) },
  });
  return {
    ...{ delivery_id, org_id: metadata.org_id, webhook_id, event_id, event_type, cause: delivery_id, position },
    ...{ sequence: null, test: true, redelivery_of: null, body: body.numbered(null) },
  };
}

function replay({
  data,
  metadata,
}: Recorded<Extract<WebhookEvent, { type: 'webhook.replayed' }>>): EndpointStep['replayed'] {
  const { replay_id: replayId, event_types: types, since, until } = data;
  return { replayId, orgId: metadata.org_id, types, since, until };
}
