import type { Migration } from '#libs/postgres';

/**
 * Usage is also summed up by six hours, in the tables that there are. Tables without a row become the version that does so;
 * others serve as they are, without, until that version has rebuilt them.
 */
export const usageSixHoursMigration: Migration = {
  id: 'read-models/012-usage-six-hours',
  sql: `
    do $$
    declare
      v_generation int;
      v_position numeric;
    begin
      select generation into v_generation from read_models.projection_generations
      where projection = 'usage' and state = 'serving';
      -- locked, so that no owner of the version before writes rows between this look and what follows from it
      select position into v_position from read_models.projection_checkpoints
      where projection = 'usage' and generation = v_generation for update;
      if v_position = 0 then
        update read_models.projection_generations set version = 2
        where projection = 'usage' and generation = v_generation;
      end if;
    end $$;
  `,
};
