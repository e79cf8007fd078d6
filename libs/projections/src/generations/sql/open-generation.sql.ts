/** Begins a rebuild. */
export const OPEN_GENERATION = `
-- The generation of that version that is being built, a new one where there is none; one of another version is given up,
-- and what was given up before is dropped first.
create function read_models.open_generation(p_projection text, p_version int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_generation int;
  v_schema text;
  v_table text;
begin
  perform pg_advisory_xact_lock(hashtextextended('keyledger generations ' || p_projection, 0));
  select generation into v_generation from read_models.projection_generations
  where projection = p_projection and state = 'building' and version = p_version;
  if found then
    return v_generation;
  end if;
  update read_models.projection_generations
  set state = 'failed', error = 'a rebuild of version ' || p_version || ' took its place'
  where projection = p_projection and state = 'building';
  -- Before the last one is dropped: a number that came back would be taken for the one before by whoever still builds it.
  select max(generation) + 1 into v_generation from read_models.projection_generations
  where projection = p_projection;
  if v_generation is null then
    raise exception 'there is no projection %', p_projection using errcode = 'undefined_object';
  end if;
  perform read_models.drop_unused(p_projection, '{retired,failed}');
  v_schema := read_models.generation_schema(p_projection, v_generation);
  execute format('create schema %I', v_schema);
  perform read_models.allow_generation(v_schema);
  for v_table in select table_name from read_models.projection_tables where projection = p_projection loop
    perform read_models.copy_shape('read_model_shapes', v_schema, v_table);
  end loop;
  insert into read_models.projection_generations (projection, generation, version, state)
  values (p_projection, v_generation, p_version, 'building');
  insert into read_models.projection_checkpoints (projection, generation) values (p_projection, v_generation);
  return v_generation;
end $$;
`;
