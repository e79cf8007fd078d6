import type { StoredEvent } from '#libs/event-store';
import type { CommandOutcome, CommandRun } from './command-run.js';
import { eventId } from './event-id.js';
import { knownAfter } from './known-streams.js';
import type { StreamEvent } from './stream-type.js';

/** What an earlier attempt at the same command stored, and the state right after it; null where none came that far. */
export function outcomeOfEarlierAttempt<Command, Event extends StreamEvent, State>(
  run: CommandRun<Command, Event, State>,
  stored: readonly StoredEvent[],
): CommandOutcome<State> | null {
  const start = stored.findIndex((event) => event.id === eventId(run.commandId, 0));
  if (start === -1) return null;
  let end = start + 1;
  while (stored[end]?.id === eventId(run.commandId, end - start)) end++;
  const known = knownAfter(run.type, null, stored.slice(0, end));
  if (known === null) return null;
  const { state, position, occurredAt } = known;
  return { state, events: stored.slice(start, end), position, decidedAt: occurredAt };
}
