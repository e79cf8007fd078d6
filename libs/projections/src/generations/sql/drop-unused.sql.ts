/** Gives room back. */
export const DROP_UNUSED = `
-- Drops what no reader can find any more.
create function read_models.drop_unused(p_projection text, p_states text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_generation int;
begin
  for v_generation in
    select generation from read_models.projection_generations
    where projection = p_projection and state = any (p_states) and state in ('failed', 'retired')
    for update skip locked
  loop
    execute format('drop schema if exists %I cascade', read_models.generation_schema(p_projection, v_generation));
    delete from read_models.projection_checkpoints where projection = p_projection and generation = v_generation;
    delete from read_models.projection_sequences where projection = p_projection and generation = v_generation;
    delete from read_models.projection_leases where projection = p_projection and generation = v_generation;
    delete from read_models.projection_parked_events where projection = p_projection and generation = v_generation;
    delete from read_models.projection_generations where projection = p_projection and generation = v_generation;
  end loop;
end $$;
`;
