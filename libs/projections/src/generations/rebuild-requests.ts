import type pg from 'pg';
import type { ProjectionId } from '../projection.js';

/**
 * Begins the rebuild that operators asked for, if they did: the request becomes a generation, in one transaction, so
 * that however many processes look, there is one.
 */
export async function beginRequestedRebuild(pool: pg.Pool, { name, version }: ProjectionId): Promise<boolean> {
  const { rows } = await pool.query({
    name: 'begin_requested_rebuild',
    text: `
      with requested as materialized (
        select id from read_models.projection_requests
        where projection = $1 and kind = 'rebuild' and version = $2::int and state = 'requested'
        for update skip locked
      ), opened as materialized (
        select read_models.open_generation($1, $2::int) as generation where exists (select from requested)
      )
      update read_models.projection_requests set state = 'done', note = 'generation ' || opened.generation
      from opened where id in (select id from requested) returning id`,
    values: [name, version],
  });
  return rows.length > 0;
}
