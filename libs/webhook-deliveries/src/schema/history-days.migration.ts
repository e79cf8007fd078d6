import type { Migration } from '#libs/postgres';

/**
 * Makes the days of `history` that come, and drops those whose last delivery finished more than so many days ago. Only the
 * owner of a table may do that, so it is done with the owner's rights, and nothing else is.
 *
 * The clock may be wrong, and what is dropped is gone: at most two days go at a time, and none where the newest delivery
 * of all finished before them, for then the clock has rather jumped ahead than nothing finished for so long.
 *
 * A day is made by itself and then attached, which holds up neither reads nor writes of the others, as `create … partition
 * of` would. A drop does, and is put off where it had to wait for a reader such as `pg_dump`, with everybody behind it.
 */
export const historyDaysMigration: Migration = {
  id: 'webhooks/002-history-days',
  sql: `
    -- Whether it was not there. Also for whoever is about to write into it: the clock may have jumped ahead.
    create function webhooks.make_history_day(p_day date) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      v_partition text := 'history_' || to_char(p_day, 'YYYYMMDD');
    begin
      if to_regclass('webhooks.' || v_partition) is not null then return false; end if;
      perform pg_advisory_xact_lock(hashtextextended('keyledger webhooks.history', 0));
      if to_regclass('webhooks.' || v_partition) is not null then return false; end if;
      execute format('create table webhooks.%I (like webhooks.history including all)', v_partition);
      execute format(
        'alter table webhooks.history attach partition webhooks.%I for values from (%L) to (%L)',
        v_partition, p_day::text || ' 00:00:00+00', (p_day + 1)::text || ' 00:00:00+00');
      return true;
    end $$;

    create function webhooks.keep_history(p_days int) returns table (made int, dropped int, withheld int)
    language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
    declare
      v_today date := (clock_timestamp() at time zone 'UTC')::date;
      v_day date;
      v_partition text;
      v_old text[];
      v_newest timestamptz;
    begin
      made := 0; dropped := 0; withheld := 0;
      if p_days < 1 then raise exception 'history is kept for a day at least'; end if;
      for v_day in select generate_series(v_today - 1, v_today + 3, interval '1 day')::date loop
        if webhooks.make_history_day(v_day) then made := made + 1; end if;
      end loop;
      -- One at a time: what another drops is not to be looked into.
      perform pg_advisory_xact_lock(hashtextextended('keyledger webhooks.history', 0));
      select array_agg(child.relname order by child.relname) into v_old from pg_inherits
      join pg_class child on child.oid = inhrelid
      where inhparent = 'webhooks.history'::regclass and child.relname ~ '^history_[0-9]{8}$'
        and to_date(right(child.relname, 8), 'YYYYMMDD') < v_today - p_days;
      if v_old is null then return next; return; end if;
      -- The days newest first: the first that has a row says it.
      for v_partition in
        select child.relname from pg_inherits join pg_class child on child.oid = inhrelid
        where inhparent = 'webhooks.history'::regclass and child.relname ~ '^history_[0-9]{8}$'
        order by child.relname desc
      loop
        execute format('select finished_at from webhooks.%I limit 1', v_partition) into v_newest;
        exit when v_newest is not null;
      end loop;
      if (v_newest at time zone 'UTC')::date < v_today - p_days then
        withheld := cardinality(v_old);
        return next;
        return;
      end if;
      foreach v_partition in array v_old[1:2] loop
        begin
          execute format('drop table if exists webhooks.%I', v_partition);
          dropped := dropped + 1;
        exception when lock_not_available then
          raise log '% is in use and dropped later', v_partition;
          exit;
        end;
      end loop;
      return next;
    end $$;

    revoke all on function webhooks.make_history_day(date), webhooks.keep_history(int) from public;
    grant execute on function webhooks.make_history_day(date), webhooks.keep_history(int) to {{projector}};
    -- from the first delivery on
    select webhooks.keep_history(36500);
  `,
};
