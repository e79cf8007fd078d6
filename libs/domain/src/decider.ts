import type { Recorded } from './recorded.js';

/**
 * One kind of stream as pure functions. Clock, ids and randomness come in with the command; what a command's runner
 * knows (who, why, when) comes back to `evolve` in the metadata of the recorded event.
 */
export interface Decider<Command, Event, State> {
  /** The state of a stream without events. */
  readonly initialState: State;

  /** What the command makes happen; an empty list means "already so". @throws DomainRejection when a rule forbids it */
  decide(command: Command, state: State): readonly Event[];

  /** The state after one more event; never looks at a clock. @throws MalformedEvent on a history that cannot be */
  evolve(state: State, recorded: Recorded<Event>): State;
}
