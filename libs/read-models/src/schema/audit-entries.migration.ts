import type { Migration } from '#libs/postgres';

/**
 * Which rows of the audit log are its entries, and which only the log of events shows: most steps of a job. What lists,
 * counts and trails go by leads through entries alone, however many steps lie between them. A step has no target.
 *
 * Tables that serve get the column, for readers of this release ask for it, and all that they hold are entries. They keep
 * their indexes: others would hold up readers while they are made. The projection's new version asks for a rebuild, which
 * has them; tables without a row become that version here. A rebuild of the version before would serve without the column,
 * and is given up.
 */
export const auditEntriesMigration: Migration = {
  id: 'read-models/006-audit-entries',
  sql: `
    alter table read_model_shapes.audit_entries
      add column is_entry boolean not null default true,
      alter column target_type drop not null;
    do $$
    declare
      v_index regclass;
    begin
      for v_index in
        select indexrelid from pg_index
        where indrelid = 'read_model_shapes.audit_entries'::regclass and not indisprimary
      loop
        execute format('drop index %s', v_index);
      end loop;
    end $$;
    -- the log of events is filtered by type, too
    create index audit_entries_event_type on read_model_shapes.audit_entries (org_id, event_type, seq);
    create index audit_entries_newest on read_model_shapes.audit_entries (org_id, seq) where is_entry;
    create index audit_entries_occurred_at on read_model_shapes.audit_entries (org_id, occurred_at, seq) where is_entry;
    create index audit_entries_target on read_model_shapes.audit_entries (org_id, target_lineage, seq) where is_entry;
    create index audit_entries_actor on read_model_shapes.audit_entries (org_id, actor_id, seq) where is_entry;

    update read_models.projection_generations
    set state = 'failed', error = 'it is of a version that an upgrade took the place of'
    where projection = 'audit-log' and state = 'building';
    do $$
    declare
      v_generation int;
      v_schema text;
      v_position numeric;
    begin
      select generation into v_generation from read_models.projection_generations
      where projection = 'audit-log' and state = 'serving';
      v_schema := read_models.generation_schema('audit-log', v_generation);
      -- locked, so that no owner of the version before writes rows between this look and what follows from it
      select position into v_position from read_models.projection_checkpoints
      where projection = 'audit-log' and generation = v_generation for update;
      if v_position = 0 then
        drop view read_models.audit_entries;
        execute format('drop table %I.audit_entries', v_schema);
        perform read_models.copy_shape('read_model_shapes', v_schema, 'audit_entries');
        update read_models.projection_generations set version = 2
        where projection = 'audit-log' and generation = v_generation;
      else
        execute format('alter table %I.audit_entries add column is_entry boolean not null default true,
                        alter column target_type drop not null', v_schema);
      end if;
      perform read_models.show_generation('audit_entries', v_schema);
    end $$;
  `,
};
