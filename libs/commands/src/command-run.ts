import type { EventMetadata } from '#libs/domain';
import type { Position, StoredEvent } from '#libs/event-store';
import type { StreamEvent, StreamType } from './stream-type.js';

/** Everything of an event's metadata that does not depend on the decision. */
export type CommandMetadata = Omit<EventMetadata, 'occurred_at' | 'schema_version' | 'causation_id'>;

export interface CommandRun<Command, Event extends StreamEvent, State> {
  readonly type: StreamType<Command, Event, State>;
  readonly stream: string;
  /** The same for every attempt at this command, however many processes try it. */
  readonly commandId: string;
  readonly metadata: CommandMetadata;
  /** The command at the instant of the decision, Unix milliseconds. */
  readonly command: (now: number) => Command;
  /** The stream's name was just made up, so it is taken to be empty until the append says otherwise. */
  readonly startsStream?: boolean;
  /** An earlier attempt at this command, here or in a process that may still live, may have appended already. */
  readonly repeated: boolean;
  /**
   * When the command was begun by its idempotency key, of the clock that only goes forward; default: nobody else can have
   * taken it over.
   */
  readonly begunAt?: number | undefined;
}

export interface CommandOutcome<State> {
  /** Right after the command's own events; as it was read, where it appended none. */
  readonly state: State;
  /** What the command stored, now or in an earlier attempt; empty where there was nothing to change. */
  readonly events: readonly StoredEvent[];
  /** The newest position that the state was read at. */
  readonly position: Position;
  /** The instant of the decision that holds, Unix milliseconds. */
  readonly decidedAt: number;
}
