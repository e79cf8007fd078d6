/** Where a generation lies, and how readers come to it. */
export const SHOW_GENERATION = `
create function read_models.generation_schema(p_projection text, p_generation int) returns text
language sql immutable as $$ select 'read_models_' || replace(p_projection, '-', '_') || '_' || p_generation $$;

create function read_models.allow_generation(p_schema text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant usage on schema %I to %s, %s', p_schema, $r$ {{api}} $r$, $r$ {{projector}} $r$);
end $$;

-- The view of the name that readers know, over one generation's table.
create function read_models.show_generation(p_table text, p_schema text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('drop view if exists read_models.%I', p_table);
  execute format('create view read_models.%1$I with (security_invoker = true) as select * from %2$I.%1$I',
                 p_table, p_schema);
  execute format('grant select on read_models.%I to %s, %s', p_table, $r$ {{api}} $r$, $r$ {{projector}} $r$);
end $$;
`;
