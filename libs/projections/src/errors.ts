import type { Position, StoredEvent } from '#libs/event-store';
import type { OwnedWork } from './ownership.js';
import type { ProjectionId } from './projection.js';

/** Another owner moved the checkpoint since it was read; nothing of the page was kept. */
export class CheckpointConflict extends Error {
  readonly code = 'checkpoint_conflict';
  override readonly name = 'CheckpointConflict';
  constructor(
    work: OwnedWork,
    readonly expected: Position,
  ) {
    super(
      `generation ${work.generation} of ${work.name} was moved past ${expected} by another owner, ` +
        'or serves no more',
    );
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
        `but the log ends at ${head}: the event store is older than the read models, or another one. ${wayOut(projection)}`,
    );
  }
}

/** What was projected last is not in the log: another log is there than the one that the tables were made from. */
export class LogReplaced extends Error {
  readonly code = 'log_replaced';
  override readonly name = 'LogReplaced';
  constructor(projection: ProjectionId, last: Pick<StoredEvent, 'stream' | 'revision' | 'id'>) {
    super(
      `projection ${projection.name} has projected event ${last.id} of ${last.stream} (revision ${last.revision}), but the ` +
        `event store holds another one or none there: it was replaced, or restored from a backup. ${wayOut(projection)}`,
    );
  }
}

/** The tables were filled by another version of the projection than this release has. */
export class ProjectionVersionChanged extends Error {
  readonly code = 'projection_version_changed';
  override readonly name = 'ProjectionVersionChanged';
  constructor(projection: ProjectionId, serving: ProjectionId) {
    super(
      `the tables of projection ${projection.name} were made by its version ${serving.version}, and this release has ` +
        `version ${projection.version}. Run \`npm run projections -- rebuild ${projection.name}\` with this release.`,
    );
  }
}

/** No migration knows the projection: the database is older than this release. */
export class ProjectionUnknown extends Error {
  readonly code = 'projection_unknown';
  override readonly name = 'ProjectionUnknown';
  constructor({ name }: ProjectionId) {
    super(`the database holds no tables for projection ${name}`);
  }
}

function wayOut({ name }: ProjectionId): string {
  return `Give EVENT_STORE_URL the store that belongs to these read models, or run \`npm run projections -- rebuild ${name}\`.`;
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
