import type pg from 'pg';
import type { KeyState } from '#libs/domain';
import type { ListedKey, ProjectedLineage } from './known-lineages.js';

interface LineageRow {
  readonly lineage: string;
  readonly org_id: string;
  readonly created_seq: string;
  readonly state: KeyState;
}

/** The lineages as they were projected last, all with one query; those that have no key yet are not among them. */
export async function loadLineages(
  transaction: pg.ClientBase,
  lineages: readonly string[],
): Promise<ReadonlyMap<string, ProjectedLineage>> {
  const { rows } = await transaction.query<LineageRow>({
    name: 'load_lineages',
    text: `select lineage, org_id, created_seq, state from api_keys
           where lineage = any($1) order by created_seq`,
    values: [lineages],
  });
  const found = new Map<string, { orgId: string; keys: ListedKey[] }>();
  for (const { lineage, org_id, created_seq, state } of rows) {
    const projected = found.get(lineage) ?? { orgId: org_id, keys: [] };
    projected.keys.push({ key: state, createdSeq: Number(created_seq) });
    found.set(lineage, projected);
  }
  return found;
}
