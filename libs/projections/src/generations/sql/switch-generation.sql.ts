/** Ends a rebuild, one way or the other. */
export const SWITCH_GENERATION = `
-- Makes the generation serve, unless the one that serves has come further; but for one at p_lost, a position that the
-- caller knows to be past the end of the log. Its checkpoint's row lock holds the owner of the old one, who then finds
-- it gone.
create function read_models.switch_generation(p_projection text, p_generation int, p_lost numeric default null)
returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_serving int;
  v_served numeric;
  v_built numeric;
  v_table text;
begin
  select generation into v_serving from read_models.projection_generations
  where projection = p_projection and state = 'serving' for update;
  select position into v_served from read_models.projection_checkpoints
  where projection = p_projection and generation = v_serving for update;
  select position into v_built from read_models.projection_checkpoints
  where projection = p_projection and generation = p_generation for update;
  if not exists (select from read_models.projection_generations
                 where projection = p_projection and generation = p_generation and state = 'building' for update) then
    raise exception 'generation % of % is not being built', p_generation, p_projection;
  end if;
  if v_built < v_served and v_served is distinct from p_lost then
    return false;
  end if;
  for v_table in
    select table_name from read_models.projection_tables where projection = p_projection order by table_name
  loop
    perform read_models.show_generation(v_table, read_models.generation_schema(p_projection, p_generation));
  end loop;
  update read_models.projection_generations set state = 'retired'
  where projection = p_projection and generation = v_serving;
  update read_models.projection_generations set state = 'serving', error = null
  where projection = p_projection and generation = p_generation;
  delete from read_models.projection_checkpoints where projection = p_projection and generation = v_serving;
  perform pg_notify('keyledger_checkpoints', p_projection);
  return true;
end $$;

create function read_models.fail_generation(p_projection text, p_generation int, p_error text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update read_models.projection_generations set state = 'failed', error = p_error
  where projection = p_projection and generation = p_generation and state = 'building'
$$;
`;
