/** For migrations. */
export const ADOPT_PROJECTION = `
-- For migrations: tables that stand in read_models become the first generation, and the shape of all later ones.
create function read_models.adopt_projection(p_projection text, p_version int, variadic p_tables text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_schema text := read_models.generation_schema(p_projection, 1);
  v_table text;
begin
  execute format('create schema %I', v_schema);
  perform read_models.allow_generation(v_schema);
  foreach v_table in array p_tables loop
    insert into read_models.projection_tables (table_name, projection) values (v_table, p_projection);
    execute format('alter table read_models.%I set schema %I', v_table, v_schema);
    perform read_models.copy_shape(v_schema, 'read_model_shapes', v_table);
    perform read_models.show_generation(v_table, v_schema);
  end loop;
  insert into read_models.projection_generations (projection, generation, version, state)
  values (p_projection, 1, p_version, 'serving');
  insert into read_models.projection_checkpoints (projection, generation) values (p_projection, 1)
  on conflict do nothing;
end $$;
`;
