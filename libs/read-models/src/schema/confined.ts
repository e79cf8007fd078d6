/**
 * Row-level security of a table that the projector writes and the api role only reads: to the api role it shows the
 * organization of the transaction, and nothing where none is set.
 */
export function confined(table: string): string {
  return `
    alter table read_models.${table} enable row level security;
    alter table read_models.${table} force row level security;
    create policy own_organization on read_models.${table} for select to {{api}}
      using (org_id = current_setting('keyledger.org_id', true));
    create policy every_organization on read_models.${table} to {{projector}} using (true) with check (true);
    grant select on read_models.${table} to {{api}};
    grant select, insert, update on read_models.${table} to {{projector}};`;
}
