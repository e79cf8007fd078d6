import type pg from 'pg';
import { fieldsFromTables, type IntegrationEvent, type LogMessage } from '#libs/contracts';
import type { JsonObject, WebhookFigures } from '#libs/domain';
import { endpointFigures, keyUses } from '#libs/webhook-deliveries';

/**
 * The same messages, each event with what a `GET` of its object shows besides what the log says: when a key was used last,
 * how an endpoint fares. It is looked up once, when the event is given out: what is sent again later is the same bytes.
 */
export async function completeEvents(
  client: pg.ClientBase,
  messages: readonly LogMessage[],
): Promise<readonly LogMessage[]> {
  const incomplete = messages.flatMap(({ content }) => {
    const event = content?.event;
    return event == null || fieldsFromTables(event.type).length === 0 ? [] : [event];
  });
  if (incomplete.length === 0) return messages;
  const found = await lookUp(client, incomplete);
  return messages.map((message) => {
    const event = message.content?.event;
    const added = event == null ? undefined : found.get(event.id);
    if (event == null || added === undefined || message.content === null) return message;
    return { ...message, content: { ...message.content, event: { ...event, data: { ...event.data, ...added } } } };
  });
}

async function lookUp(
  client: pg.ClientBase,
  events: readonly IntegrationEvent[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const idsOf = (kind: string): string[] => events.filter(({ type }) => type.startsWith(kind)).map(idOf);
  const [keyIds, webhookIds] = [idsOf('api_key.'), idsOf('webhook.')];
  const uses = keyIds.length === 0 ? new Map<string, number>() : await keyUses(client, keyIds);
  const figures =
    webhookIds.length === 0 ? new Map<string, WebhookFigures>() : await endpointFigures(client, webhookIds);
  return new Map(
    events.map(({ id, type, data }): [string, JsonObject] => {
      const of = idOf({ data });
      if (type.startsWith('api_key.')) return [id, { last_used_at: uses.get(of) ?? null }];
      const { lastDelivery = null, successRate24h = null, backlog = 0 } = figures.get(of) ?? {};
      return [id, { last_delivery: lastDelivery, success_rate_24h: successRate24h, backlog }];
    }),
  );
}

function idOf({ data }: Pick<IntegrationEvent, 'data'>): string {
  const id = data['id'];
  return typeof id === 'string' ? id : '';
}
