import { BACKWARDS, END, type EventStoreDBClient } from '@eventstore/db-client';
import { BEGINNING, type Position } from '#libs/event-store';
import { collectEvents, type ReadLimits } from './collect-events.js';
import { positionOf } from './to-stored-event.js';

/** The position of the newest event of all, the server's own and ticks included. @throws as `collectEvents` */
export async function readHead(client: EventStoreDBClient, limits: ReadLimits): Promise<Position> {
  const read = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, requiresLeader: true });
  const { events } = await collectEvents(read, limits);
  const [newest] = events;
  return newest === undefined ? BEGINNING : positionOf(newest);
}
