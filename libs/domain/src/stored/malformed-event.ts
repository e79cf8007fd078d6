/**
 * An event of a known type and version does not hold what that version promises, or contradicts the events before it.
 * Readers stop or park the stream; nobody folds past it. `problem` names fields, never values.
 */
export class MalformedEvent extends Error {
  readonly code = 'malformed_event';
  override readonly name = 'MalformedEvent';
  constructor(
    readonly eventType: string,
    readonly problem: string,
  ) {
    super(`a stored ${eventType} is malformed: ${problem}`);
  }
}
