import type pg from 'pg';
import { ProjectionUnknown } from '../errors.js';
import type { ProjectionId } from '../projection.js';

/** One set of a projection's tables, with a checkpoint and counts of its own. */
export interface Generation extends ProjectionId {
  readonly generation: number;
}

interface GenerationRow {
  readonly generation: number;
  readonly version: number;
  readonly state: 'serving' | 'building' | 'retired';
}

/** What there is to read, and what is being built beside it. */
export interface Generations {
  readonly serving: Generation | null;
  readonly building: Generation | null;
  /** Served before, and still takes room. */
  readonly retired: Generation | null;
}

export async function loadGenerations(client: pg.ClientBase | pg.Pool, name: string): Promise<Generations> {
  const { rows } = await client.query<GenerationRow>(
    `select generation, version, state from read_models.projection_generations
     where projection = $1 and state in ('serving', 'building', 'retired')`,
    [name],
  );
  const found = (state: GenerationRow['state']): Generation | null => {
    const row = rows.find((candidate) => candidate.state === state);
    return row === undefined ? null : { name, generation: row.generation, version: row.version };
  };
  return { serving: found('serving'), building: found('building'), retired: found('retired') };
}

/** The generation that readers see. @throws ProjectionUnknown */
export async function servingGeneration(client: pg.ClientBase | pg.Pool, id: ProjectionId): Promise<Generation> {
  const { serving } = await loadGenerations(client, id.name);
  if (serving === null) throw new ProjectionUnknown(id);
  return serving;
}

/** Lets the unqualified table names of a projection's statements mean this generation, for the rest of the session. */
export async function useGeneration(client: pg.ClientBase, { name, generation }: Generation): Promise<void> {
  await client.query(
    `select set_config('search_path', quote_ident(read_models.generation_schema($1, $2)) || ', read_models', false)`,
    [name, generation],
  );
}
