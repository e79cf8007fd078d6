import { DomainRejection, type Decider, type Recorded, type RejectionCode } from '#libs/domain';

/** What a command makes of a history; each of these is the end of one line and fails the test that it stands in. */
export interface DeciderOutcome<Event> {
  /** Exactly these events, in this order; an empty list means "already so". */
  then(events: readonly Event[]): void;
  /** Refused with that code and, where given, with a problem in just these fields. */
  thenRejected(code: RejectionCode, fields?: readonly string[]): void;
  /** Any other error of that class. */
  thenThrows(error: new (...args: never[]) => Error): void;
}

export interface DeciderHistory<Command, Event> {
  when(command: Command): DeciderOutcome<Event>;
}

/**
 * Specifications of one decider, one line a case: `given([...]).when(command).then([...])`.
 *
 * The history is folded by the decider's own `evolve`, so a case also fails when what an event means has changed.
 */
export function deciderSpec<Command, Event, State>(
  decider: Decider<Command, Event, State>,
): (history: readonly Recorded<Event>[]) => DeciderHistory<Command, Event> {
  return (history) => ({
    when(command) {
      const decide = () =>
        decider.decide(
          command,
          history.reduce((state, event) => decider.evolve(state, event), decider.initialState),
        );
      return {
        then: (events) => expect(decide()).toEqual(events),
        thenRejected: (code, fields) => {
          const rejection = rejectionOf(decide);
          expect(rejection.code).toBe(code);
          if (fields !== undefined) expect(rejection.fields?.map(({ field }) => field)).toEqual(fields);
        },
        thenThrows: (error) => expect(decide).toThrow(error),
      };
    },
  });
}

function rejectionOf(decide: () => unknown): DomainRejection {
  try {
    const events = decide();
    throw new Error(`expected a rejection, the command was accepted with ${JSON.stringify(events)}`);
  } catch (error) {
    if (error instanceof DomainRejection) return error;
    throw error;
  }
}
