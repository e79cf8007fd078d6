import type pg from 'pg';
import { fieldsFromTables, type IntegrationEvent, type LogMessage } from '#libs/contracts';
import type { JsonObject, WebhookFigures } from '#libs/domain';
import { endpointFigures, keyUses } from '#libs/webhook-deliveries';

/**
 * The same events, each with what a `GET` of its object shows besides what the log says: when a key was used last, how an
 * endpoint fares. It is looked up once, when the event is given out: what is sent again later is the same bytes.
 */
export async function completeEvents(
  client: pg.ClientBase | pg.Pool,
  events: readonly IntegrationEvent[],
): Promise<readonly IntegrationEvent[]> {
  const incomplete = events.filter(({ type }) => fieldsFromTables(type).length > 0);
  if (incomplete.length === 0) return events;
  const found = await lookUp(client, incomplete);
  return events.map((event) => {
    const added = found.get(event.id);
    return added === undefined ? event : { ...event, data: { ...event.data, ...added } };
  });
}

/** The same for what came over the bus. */
export async function completeMessages(
  client: pg.ClientBase,
  messages: readonly LogMessage[],
): Promise<readonly LogMessage[]> {
  const events = messages.flatMap(({ content }) => content?.event ?? []);
  const completed = new Map((await completeEvents(client, events)).map((event) => [event.id, event]));
  return messages.map((message) => {
    const { content } = message;
    const event = content?.event == null ? undefined : completed.get(content.event.id);
    return content === null || event === undefined ? message : { ...message, content: { ...content, event } };
  });
}

async function lookUp(
  client: pg.ClientBase | pg.Pool,
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
