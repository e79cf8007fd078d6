import type { Position, StoredEvent } from '#libs/event-store';
import type { ProjectionId } from './projection.js';

/** Another owner moved the checkpoint since it was read; nothing of the page was kept. */
export class CheckpointConflict extends Error {
  readonly code = 'checkpoint_conflict';
  override readonly name = 'CheckpointConflict';
  constructor(
    readonly projection: ProjectionId,
    readonly expected: Position,
  ) {
    super(`projection ${projection.name} version ${projection.version} was moved past ${expected} by another owner`);
  }
}

/** The log ends before what was projected: it was restored from an older backup, or is another log. */
export class CheckpointAheadOfLog extends Error {
  readonly code = 'checkpoint_ahead_of_log';
  override readonly name = 'CheckpointAheadOfLog';
  constructor(
    readonly projection: ProjectionId,
    readonly checkpoint: Position,
    readonly head: Position,
  ) {
    super(
      `projection ${projection.name} version ${projection.version} has projected up to ${checkpoint}, ` +
        `but the log ends at ${head}: the event store is older than the read models, or another one`,
    );
  }
}

/** An event that the projection cannot fold; all before it are projected, nothing after it will be. */
export class PoisonEvent extends Error {
  readonly code = 'poison_event';
  override readonly name = 'PoisonEvent';
  constructor(
    readonly event: StoredEvent,
    override readonly cause: unknown,
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`event ${event.type} at position ${event.position} of ${event.stream} cannot be projected: ${why}`, {
      cause,
    });
  }

  /** What a log line says of the event: where it is and whose, not what is in it. */
  fields(): object {
    const { position, stream, revision, type, metadata } = this.event;
    return { position: position.toString(), stream, revision, type, org: metadata.org_id };
  }
}
