import type pg from 'pg';
import type { ListedKey, ProjectedLineage } from '../api-keys/known-lineages.js';
import { parseStates } from './history-entry.js';
import { FOR_EVER } from './history-page.js';

interface PresentRow {
  readonly org_id: string;
  readonly lineage: string;
  readonly id: string;
  readonly created_seq: string;
  readonly states: string;
}

/** The lineages as the history was projected last, all with one query; those that have no key yet are not among them. */
export async function loadPresentStates(
  transaction: pg.ClientBase,
  lineages: readonly string[],
): Promise<ReadonlyMap<string, ProjectedLineage>> {
  const { rows } = await transaction.query<PresentRow>({
    name: 'load_present_states',
    text: `select org_id, lineage, id, created_seq, steps.states
           from api_key_states as present join api_key_steps as steps
             using (org_id, lineage, revision)
           where lineage = any($1) and present.ended_at = ${FOR_EVER} order by created_seq`,
    values: [lineages],
  });
  const found = new Map<string, { orgId: string; keys: ListedKey[] }>();
  for (const { org_id, lineage, id, created_seq, states } of rows) {
    const key = parseStates(states).find((state) => state.id === id);
    if (key === undefined) throw new Error(`the history of ${lineage} has no state of a key that it changed`);
    const projected = found.get(lineage) ?? { orgId: org_id, keys: [] };
    projected.keys.push({ key, createdSeq: Number(created_seq) });
    found.set(lineage, projected);
  }
  return found;
}
