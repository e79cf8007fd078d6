import { NO_STREAM as UNWRITTEN, WrongExpectedVersionError, jsonEvent } from '@eventstore/db-client';
import {
  EventStoreUnavailable,
  NO_STREAM,
  toPosition,
  type AppendResult,
  type EventToStore,
  type SerialisedAppend,
} from '#libs/event-store';
import type { ClientLife } from './shared-client.js';
import { withinDeadline } from './within-deadline.js';

/** A measured append with the events themselves: of the data, the client wants to make the JSON by itself. */
export interface AppendRequest extends SerialisedAppend {
  readonly originals: readonly EventToStore[];
}

const encoder = new TextEncoder();

/** Past this a call is given up for lost: a server that froze is noticed by the connection after 20 s. */
const LOST_AFTER_MS = 30_000;

/**
 * Told to the server, who compares it with its own clock: so long that clocks may differ by some, for it is not what we
 * go by.
 */
const SERVER_DEADLINE_MS = 60_000;

/**
 * Asks the server once. Always at an exact revision or `NO_STREAM`: only there does it recognise a retry for ever.
 * @throws EventStoreUnavailable when no answer came at all
 * @throws Error of the client; the outcome is then unknown where `isOutage` says so
 */
export async function appendOnce(
  { client, ended }: ClientLife,
  { stream, expected, events: serialised, originals }: AppendRequest,
): Promise<AppendResult> {
  const events = originals.map(({ id, type, data }, index) =>
    jsonEvent({ id, type, data, metadata: encoder.encode(serialised[index]?.metadata) }),
  );
  const expectedRevision = expected === NO_STREAM ? UNWRITTEN : BigInt(expected);
  try {
    const options = { deadline: SERVER_DEADLINE_MS, requiresLeader: true };
    const appending = client.appendToStream(stream, events, { ...options, expectedRevision });
    const { nextExpectedRevision, position } = await withinDeadline(appending, LOST_AFTER_MS, ended);
    if (position === undefined) throw new EventStoreUnavailable('the event store told no position of what it stored');
    return { outcome: 'stored', revision: Number(nextExpectedRevision), position: toPosition(position.commit) };
  } catch (error) {
    if (!(error instanceof WrongExpectedVersionError)) throw error;
    const { actualVersion } = error;
    const actual = typeof actualVersion === 'bigint' ? Number(actualVersion) : NO_STREAM;
    return { outcome: 'wrong_expected_revision', actual };
  }
}
