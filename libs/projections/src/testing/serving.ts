import type pg from 'pg';
import type { Position } from '#libs/event-store';
import { loadCheckpoint } from '../checkpoints.js';
import { servingGeneration, useGeneration, type Generation } from '../generations/generation.js';
import type { Projection } from '../projection.js';

/** For tests: the session as an owner has it, and where the generation that serves stands. */
export async function serving(
  client: pg.ClientBase,
  projection: Projection,
): Promise<{ readonly projection: Projection; readonly generation: Generation; readonly from: Position }> {
  const generation = await servingGeneration(client, projection);
  await useGeneration(client, generation);
  return { projection, generation, from: (await loadCheckpoint(client, generation)).position };
}
