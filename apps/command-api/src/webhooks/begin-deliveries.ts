import type { EventStore } from '#libs/event-store';
import { onOneConnection, orUnavailable, roleUrl } from '#libs/postgres';
import { beginFanOut } from '#libs/webhook-deliveries';

/**
 * Before the first command of an installation: what happens from here on is delivered, whenever a dispatcher first starts.
 * Later calls change nothing.
 * @throws DatabaseUnavailable, EventStoreUnavailable
 */
export async function beginDeliveries(ownerUrl: string, eventStore: Pick<EventStore, 'head'>): Promise<void> {
  const head = await eventStore.head();
  const connection = { url: roleUrl(ownerUrl, 'api'), applicationName: 'keyledger deliveries' };
  await orUnavailable(() => onOneConnection(connection, (client) => beginFanOut(client, head)));
}
