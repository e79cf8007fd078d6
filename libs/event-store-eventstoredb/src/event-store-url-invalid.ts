/** The URL is no connection string of EventStoreDB; the message never repeats it, for it may hold a password. */
export class EventStoreUrlInvalid extends Error {
  readonly code = 'event_store_url_invalid';
  override readonly name = 'EventStoreUrlInvalid';
}
