/** The id by which receivers know what happened: one for each domain event, the same wherever and however often it is made. */
export function integrationEventId(eventId: string): string {
  return `evt_${eventId.replaceAll('-', '')}`;
}
