import { EventTooLarge, InvalidAppend } from './errors.js';
import { NO_STREAM, type EventToStore } from './event-store.js';

/** The most bytes of data and metadata, as UTF-8 JSON, in one append on every adapter. */
export const MAX_APPEND_BYTES = 1_000_000;

/** An event as an adapter writes it: JSON made once, for measuring and for storing. */
export interface SerialisedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export interface SerialisedAppend {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly SerialisedEvent[];
  /** Of data and metadata. */
  readonly bytes: number;
}

/** EventStoreDB takes the nil uuid down with the whole client, so no adapter takes it. */
const UUID = /^(?!0{8}-0{4}-0{4}-0{4}-0{12})[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Postgres stores neither NUL nor a lone surrogate, and a line break would end the name in the batch it travels in. */
const UNFIT_FOR_NAMES = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;

/** A Postgres index row holds about 2,700 bytes. */
const MAX_NAME_BYTES = 1_000;

/**
 * What every adapter checks before it asks its store, so that all refuse the same: at least one event, an expected
 * revision that is `NO_STREAM` or more, ids that are lower-case uuids, names (stream, type) of 1 to 1,000 bytes without
 * control characters or a `$` in front (EventStoreDB's own begin so), and the size limit over the whole append. Returns the JSON that it measured.
 * @throws EventTooLarge
 * @throws InvalidAppend
 */
export function assertAppendable(stream: string, expected: number, events: readonly EventToStore[]): SerialisedAppend {
  if (events.length === 0) throw new InvalidAppend(`an append to ${stream} has no event`);
  if (!Number.isSafeInteger(expected) || expected < NO_STREAM) {
    throw new InvalidAppend(`${expected} is no expected revision`);
  }
  assertName('stream', stream);
  let bytes = 0;
  const serialised = events.map(({ id, type, data, metadata }) => {
    if (!UUID.test(id)) throw new InvalidAppend(`an event id of an append to ${stream} is no lower-case uuid`);
    assertName('event type', type);
    const event = { id, type, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
    bytes += Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata);
    return event;
  });
  if (bytes > MAX_APPEND_BYTES) throw new EventTooLarge(stream, bytes, MAX_APPEND_BYTES);
  return { stream, expected, events: serialised, bytes };
}

function assertName(what: string, name: string): void {
  if (name === '') throw new InvalidAppend(`the ${what} is empty`);
  if (name.startsWith('$')) throw new InvalidAppend(`the ${what} ${JSON.stringify(name)} belongs to the store`);
  if (UNFIT_FOR_NAMES.test(name)) throw new InvalidAppend(`the ${what} ${JSON.stringify(name)} has control characters`);
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw new InvalidAppend(`the ${what} is longer than ${MAX_NAME_BYTES} bytes`);
  }
}
