/** Makes a table like another one. */
export const COPY_SHAPE = `
-- Columns, keys, indexes, storage options, row-level security with its policies, and rights; no rows.
create function read_models.copy_shape(p_from text, p_to text, p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_source pg_catalog.regclass := format('%I.%I', p_from, p_table)::pg_catalog.regclass;
  v_options text;
  v_policy record;
  v_secured boolean;
begin
  execute format('create table %1$I.%3$I (like %2$I.%3$I including all)', p_to, p_from, p_table);
  select array_to_string(reloptions, ', '), relrowsecurity into v_options, v_secured from pg_catalog.pg_class where oid = v_source;
  if v_options is not null then
    execute format('alter table %I.%I set (%s)', p_to, p_table, v_options);
  end if;
  if v_secured then
    execute format('alter table %1$I.%2$I enable row level security', p_to, p_table);
    execute format('alter table %1$I.%2$I force row level security', p_to, p_table);
  end if;
  for v_policy in
    select policyname, permissive, cmd, qual, with_check,
           (select string_agg(quote_ident(role), ', ') from unnest(roles) as role) as roles
    from pg_catalog.pg_policies where schemaname = p_from and tablename = p_table
  loop
    execute format('create policy %I on %I.%I as %s for %s to %s%s%s', v_policy.policyname, p_to, p_table,
                       v_policy.permissive, v_policy.cmd,
                   v_policy.roles, ' using (' || v_policy.qual || ')',
                   case when v_policy.with_check is null then '' else ' with check (' || v_policy.with_check || ')' end);
  end loop;
  execute format('grant select on %I.%I to %s', p_to, p_table, $r$ {{api}} $r$);
  execute format('grant select, insert, update, delete on %I.%I to %s', p_to, p_table, $r$ {{projector}} $r$);
end $$;
`;
