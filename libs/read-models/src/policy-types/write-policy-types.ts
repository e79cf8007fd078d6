import type pg from 'pg';
import type { PolicyTypeState } from '#libs/domain';

/** A policy type as a page left it. */
export interface ChangedPolicyType {
  readonly orgId: string;
  readonly policyType: PolicyTypeState;
  /** The number of the event of this page that made it; null: it has a row. */
  readonly created: { readonly seq: number } | null;
}

/** Writes each type as the page left it, new ones and known ones with a statement each (see `writeKeys`). */
export async function writePolicyTypes(
  transaction: pg.ClientBase,
  policyTypes: readonly ChangedPolicyType[],
): Promise<void> {
  const made = policyTypes.filter(({ created }) => created !== null);
  const known = policyTypes.filter(({ created }) => created === null);
  if (made.length > 0) {
    const values = [...columns(made), made.map(({ created }) => created?.seq)];
    await transaction.query({ name: 'insert_policy_types', text: INSERT_POLICY_TYPES, values });
  }
  if (known.length > 0) {
    const { rowCount } = await transaction.query({
      ...{ name: 'update_policy_types', text: UPDATE_POLICY_TYPES, values: columns(known) },
    });
    if (rowCount !== known.length) throw new Error(`${known.length} types changed, but ${rowCount} rows were there`);
  }
}

function columns(policyTypes: readonly ChangedPolicyType[]): unknown[] {
  return [
    policyTypes.map(({ orgId }) => orgId),
    policyTypes.map(({ policyType }) => policyType.type),
    policyTypes.map(({ policyType }) => JSON.stringify(policyType)),
  ];
}

const INSERT_POLICY_TYPES = `
  insert into policy_types (org_id, policy_type, state, created_seq)
  select org_id, policy_type, state::json, created_seq
  from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as page (org_id, policy_type, state, created_seq)`;

const UPDATE_POLICY_TYPES = `
  update policy_types as stored set state = page.state::json
  from unnest($1::text[], $2::text[], $3::text[]) as page (org_id, policy_type, state)
  where stored.org_id = page.org_id and stored.policy_type = page.policy_type`;
