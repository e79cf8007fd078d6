import type { Migration } from '#libs/postgres';

/**
 * Makes the days of `history` that come, and drops those whose last delivery finished more than so many days ago. Only the
 * owner of a table may do that, so it is done with the owner's rights, and nothing else is. Whoever comes second waits.
 */
export const historyDaysMigration: Migration = {
  id: 'webhooks/002-history-days',
  sql: `
    create function webhooks.keep_history(p_days int) returns table (made int, dropped int)
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      v_today date := (clock_timestamp() at time zone 'UTC')::date;
      v_day date;
      v_partition text;
    begin
      made := 0; dropped := 0;
      if p_days < 1 then raise exception 'history is kept for a day at least'; end if;
      perform pg_advisory_xact_lock(hashtextextended('keyledger webhooks.keep_history', 0));
      for v_day in select generate_series(v_today - 1, v_today + 3, interval '1 day')::date loop
        v_partition := 'history_' || to_char(v_day, 'YYYYMMDD');
        if to_regclass('webhooks.' || v_partition) is null then
          execute format(
            'create table webhooks.%I partition of webhooks.history for values from (%L) to (%L)',
            v_partition, v_day::text || ' 00:00:00+00', (v_day + 1)::text || ' 00:00:00+00');
          made := made + 1;
        end if;
      end loop;
      for v_partition in
        select child.relname from pg_inherits
        join pg_class child on child.oid = inhrelid
        where inhparent = 'webhooks.history'::regclass and child.relname ~ '^history_[0-9]{8}$'
          and to_date(right(child.relname, 8), 'YYYYMMDD') < v_today - p_days
      loop
        execute format('drop table webhooks.%I', v_partition);
        dropped := dropped + 1;
      end loop;
      return next;
    end $$;
    revoke all on function webhooks.keep_history(int) from public;
    grant execute on function webhooks.keep_history(int) to {{projector}};
    -- from the first delivery on
    select webhooks.keep_history(36500);
  `,
};
