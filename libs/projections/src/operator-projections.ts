import type pg from 'pg';
import { orUnavailable } from '#libs/postgres';

/** A stream that a projection set aside, since when, and how many of its events wait there. */
export interface ParkedStream {
  readonly stream: string;
  readonly parkedAt: Date;
  readonly events: number;
  readonly error: string | null;
}

/** A rebuild under way, or one that was given up. */
export interface RebuildProgress {
  readonly state: 'building' | 'failed';
  readonly version: number;
  readonly startedAt: Date;
  readonly events: number;
  /** From 0 to 1, by the position in the log. */
  readonly progress: number;
  /** On average since it began. */
  readonly eventsPerSecond: number;
  /** At that rate; null where there is none yet. */
  readonly secondsLeft: number | null;
  readonly error: string | null;
}

/** What operators see of a projection, whichever process owns it. */
export interface OperatedProjection {
  readonly name: string;
  readonly version: number;
  /** Of the tables that serve: each rebuild makes another. */
  readonly generation: number;
  /** `unowned`: no process has said anything of it for some seconds. */
  readonly state: 'running' | 'unowned';
  readonly position: string;
  /** As its owner said last; null without one. */
  readonly lagSeconds: number | null;
  readonly eventsPerSecond: number | null;
  readonly parked: readonly ParkedStream[];
  readonly rebuild: RebuildProgress | null;
}

interface GenerationRow {
  readonly projection: string;
  readonly generation: number;
  readonly version: number;
  readonly state: 'serving' | 'building' | 'failed';
  readonly started_at: Date;
  readonly error: string | null;
  readonly position: string;
  readonly log_head: string;
  readonly events: string;
  readonly seconds: number;
  readonly owned: boolean;
  readonly lag_seconds: number | null;
  readonly events_per_second: number | null;
}

interface ParkedRow {
  readonly projection: string;
  readonly generation: number;
  readonly stream: string;
  readonly events: string;
  readonly parked_at: Date;
  readonly error: string | null;
}

/** The operators' side of projections: what the tables say of them, and requests that the process in charge carries out. */
export class OperatorProjections {
  /**
   * @param pool of the operator role
   * @param versions of the folds of this release, by name: in an upgrade, a rebuild is for the release that is asked
   */
  constructor(
    private readonly pool: pg.Pool,
    private readonly versions: Readonly<Record<string, number>>,
  ) {}

  /** All of them, by name. @throws DatabaseUnavailable */
  async list(): Promise<readonly OperatedProjection[]> {
    const [generations, parked] = await orUnavailable(() =>
      Promise.all([this.pool.query<GenerationRow>(GENERATIONS), this.pool.query<ParkedRow>(PARKED_STREAMS)]),
    );
    return generations.rows
      .filter(({ state }) => state === 'serving')
      .map((serving) => ({
        name: serving.projection,
        version: serving.version,
        generation: serving.generation,
        state: serving.owned ? 'running' : 'unowned',
        position: serving.position,
        lagSeconds: serving.owned ? serving.lag_seconds : null,
        eventsPerSecond: serving.owned ? serving.events_per_second : null,
        parked: parked.rows
          .filter(
            ({ projection, generation }) => projection === serving.projection && generation === serving.generation,
          )
          .map(toParkedStream),
        rebuild: toRebuild(
          generations.rows.find(({ projection, state }) => projection === serving.projection && state !== 'serving'),
        ),
      }));
  }

  /** Asks for a rebuild; one that is asked for already or under way is the same. False: there is no such projection. */
  async rebuild(name: string): Promise<boolean> {
    const version = Object.hasOwn(this.versions, name) ? this.versions[name] : undefined;
    return version !== undefined && (await this.#request(name, 'rebuild', version, null));
  }

  /**
   * Asks for a parked stream to be projected again; asked for twice it is done once. False: that projection has no such
   * stream parked.
   */
  async unpark(name: string, stream: string): Promise<boolean> {
    const { rows } = await orUnavailable(() =>
      this.pool.query<{ state: string | null }>(PARKED_OR_UNPARKED, [name, stream]),
    );
    const state = rows[0]?.state;
    if (state === 'done') return true;
    return state === 'parked' && (await this.#request(name, 'unpark', null, stream));
  }

  async #request(
    name: string,
    kind: 'rebuild' | 'unpark',
    version: number | null,
    stream: string | null,
  ): Promise<boolean> {
    const { rows } = await orUnavailable(() =>
      this.pool.query<{ known: boolean }>(
        `with request as (
           insert into read_models.projection_requests (projection, kind, version, stream)
           select projection, $2, $3, $4 from read_models.serving_projections where projection = $1
           on conflict do nothing
         )
         select exists (select from read_models.serving_projections where projection = $1) as known`,
        [name, kind, version, stream],
      ),
    );
    return rows[0]?.known === true;
  }
}

const PARKED_STREAMS = `
  select projection, generation, stream, count(*) as events, min(parked_at) as parked_at,
         (array_agg(error order by revision))[1] as error
  from read_models.projection_parked_events group by projection, generation, stream
  order by min(parked_at), stream limit 1000`;

const PARKED_OR_UNPARKED = `
  select case
    when exists (select from read_models.projection_parked_events where projection = $1 and stream = $2) then 'parked'
    when exists (select from read_models.projection_requests
                 where projection = $1 and stream = $2 and kind = 'unpark' and state = 'done') then 'done'
  end as state`;

/** A lease that was not renewed for this long says nothing any more. */
const OWNED_FOR = `interval '5 seconds'`;

const GENERATIONS = `
  select projection, generation, version, state, started_at, error, coalesce(position, 0) as position,
         coalesce(log_head, 0) as log_head, coalesce(events, 0) as events,
         extract(epoch from coalesce(moved_at, now()) - started_at)::float8 as seconds,
         coalesce(renewed_at > clock_timestamp() - ${OWNED_FOR}, false) as owned, lag_seconds, events_per_second
  from read_models.projection_generations
  left join read_models.projection_checkpoints using (projection, generation)
  left join read_models.projection_leases using (projection, generation)
  where state <> 'retired'
  order by projection, generation desc`;

function toParkedStream({ stream, events, parked_at, error }: ParkedRow): ParkedStream {
  return { stream, parkedAt: parked_at, events: Number(events), error };
}

function toRebuild(row: GenerationRow | undefined): RebuildProgress | null {
  if (row === undefined || row.state === 'serving') return null;
  const { state, version, started_at: startedAt, error } = row;
  const [events, position, head] = [Number(row.events), Number(row.position), Number(row.log_head)];
  const progress = head === 0 ? 0 : Math.min(1, position / head);
  const isMoving = state === 'building' && progress > 0 && row.seconds > 0;
  return {
    ...{ state, version, startedAt, events, progress, error },
    eventsPerSecond: row.seconds > 0 ? events / row.seconds : 0,
    secondsLeft: isMoving ? (row.seconds * (1 - progress)) / progress : null,
  };
}
