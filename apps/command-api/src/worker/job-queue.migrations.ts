import type { Migration } from '#libs/postgres';

/**
 * The leases of attempts: who may work on what until when, on the database's clock. A row is the attempt's lock: only
 * one can be made of each, heartbeat and progress extend only an open one, and expiry closes it before the event is
 * appended. It is no read model: a lease's end is in no event, so that a heartbeat writes none.
 *
 * `ended_at`: the attempt's end is in the log. Such a row stays for a while, so that a read model that has not seen the
 * attempt yet does not have it handed out again.
 *
 * `claim_jobs` looks into the read model of jobs for what is due, turn by turn between organizations, and makes a row for
 * each attempt that it hands out, to each of those who ask in their order, up to as many as it asks for: who asks at the
 * same time asks together, for claims side by side would all try the same rows. Somebody on another node who was faster
 * has made that row already; the event decides in the end. What waits for no time is found by its order, by type where
 * types are asked for; of what was put off, the 1,000 whose time came first are looked at, whatever their order.
 */
export const jobQueueMigrations: readonly Migration[] = [
  {
    id: 'command-api/002-job-queue',
    sql: `
      create schema if not exists job_queue;
      grant usage on schema job_queue to {{api}};

      create table job_queue.leases (
        org_id text collate "C" not null,
        job_id text collate "C" not null,
        attempt int not null,
        lease_seconds int not null,
        leased_at timestamptz not null default clock_timestamp(),
        expires_at timestamptz not null,
        -- who asked, and by which request: the same again is answered with the same leases
        holder text collate "C" not null,
        request_id text collate "C",
        cancel_requested boolean not null default false,
        closed_at timestamptz,
        -- whoever closed it works on its event until then
        closing_until timestamptz,
        ended_at timestamptz,
        primary key (job_id, attempt)
      ) with (fillfactor = 70);
      create index leases_expiry on job_queue.leases (expires_at) where ended_at is null;
      create index leases_request on job_queue.leases (holder, request_id) where ended_at is null and request_id is not null;
      create index leases_ended on job_queue.leases (ended_at) where ended_at is not null;
      alter table job_queue.leases enable row level security;
      alter table job_queue.leases force row level security;
      create policy own_organization on job_queue.leases to {{api}}
        using (org_id = current_setting('keyledger.org_id', true))
        with check (org_id = current_setting('keyledger.org_id', true));
      create policy queue on job_queue.leases to {{api}}
        using (current_setting('keyledger.queue', true) = 'on')
        with check (current_setting('keyledger.queue', true) = 'on');
      grant select, insert, update, delete on job_queue.leases to {{api}};

      -- Which rows this transaction sees: those of one organization, or, where none is named, of all.
      create function job_queue.confine(p_org text) returns void language plpgsql as $$
      begin
        perform set_config('keyledger.org_id', coalesce(p_org, ''), true),
                set_config('keyledger.queue', case when p_org is null then 'on' else 'off' end, true);
      end $$;

      create function job_queue.claim_jobs(
        p_org text, p_after text, p_types text[], p_max int[], p_lease_seconds int[], p_holders text[], p_requests text[]
      ) returns table (asker int, org_id text, job_id text, attempt int, expires_at timestamptz)
      language plpgsql
      -- The way through is known, however old the statistics are: by the indexes, a few rows of each.
      set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
      set max_parallel_workers_per_gather = 0
      as $$
      #variable_conflict use_column
      declare
        v_max int := (select sum(most) from unnest(p_max) most);
        -- compared as the columns are, whatever the database sorts by
        v_org text collate "C" := p_after;
        v_wrapped boolean := false;
        v_orgs text[] := '{}';
        -- those of the jobs whose time came first
        v_deferred_orgs text[];
        v_jobs text[] := '{}';
        v_attempts int[] := '{}';
        v_ranks int[] := '{}';
        v_types text[] := p_types;
        v_due_jobs text[];
        v_due_attempts int[];
        v_served int := 0;
        v_now bigint := floor(extract(epoch from clock_timestamp()));
      begin
        perform job_queue.confine(p_org);
        if p_org is null then
          select array_agg(distinct due.org_id) into v_deferred_orgs from (
            (select job.org_id from read_models.jobs job
             where p_types is null and job.phase = 'waiting' and job.deferred and job.available_at <= v_now
             order by job.available_at limit 1000)
            union all
            select of_type.org_id from unnest(p_types) type cross join lateral (
              select job.org_id from read_models.jobs job
              where job.policy_type = type and job.phase = 'waiting' and job.deferred and job.available_at <= v_now
              order by job.available_at limit 1000) of_type
          ) due;
        end if;
        -- From the organization behind p_after on and around; a step of the index for each, and no more than are needed.
        loop
          if p_org is null then
            select min(next.org_id collate "C") into v_org from (
              (select job.org_id from read_models.jobs job
               where p_types is null and job.phase = 'waiting' and not job.deferred and job.org_id > v_org
               order by job.org_id limit 1)
              union all
              select of_type.org_id from unnest(p_types) type cross join lateral (
                select job.org_id from read_models.jobs job
                where job.phase = 'waiting' and not job.deferred and job.policy_type = type and job.org_id > v_org
                order by job.org_id limit 1) of_type
              union all
              select deferred from unnest(v_deferred_orgs) deferred where deferred collate "C" > v_org
            ) next where not v_wrapped or next.org_id collate "C" <= p_after;
            if v_org is null then
              exit when v_wrapped;
              v_wrapped := true;
              v_org := '';
              continue;
            end if;
          else
            v_org := p_org;
          end if;
          if p_types is null then
            with recursive types as (
              (select job.policy_type from read_models.jobs job
               where job.org_id = v_org and job.phase = 'waiting' and not job.deferred
               order by job.policy_type limit 1)
              union all
              select (select job.policy_type from read_models.jobs job
                      where job.org_id = v_org and job.phase = 'waiting' and not job.deferred
                        and job.policy_type > types.policy_type
                      order by job.policy_type limit 1)
              from types where types.policy_type is not null
            ) select array_agg(types.policy_type) into v_types from types where types.policy_type is not null;
          end if;
          select array_agg(due.id), array_agg(due.attempt) into v_due_jobs, v_due_attempts
          from (
            select waiting.id, waiting.attempts + 1 as attempt from (
              select of_type.* from unnest(v_types) type cross join lateral (
                select job.id, job.attempts, job.priority, job.created_seq from read_models.jobs job
                where job.policy_type = type and job.org_id = v_org and job.phase = 'waiting' and not job.deferred
                  and not exists (select from job_queue.leases lease
                                  where lease.job_id = job.id and lease.attempt = job.attempts + 1)
                order by job.priority desc, job.created_seq limit v_max) of_type
              union all
              (select job.id, job.attempts, job.priority, job.created_seq from read_models.jobs job
               where p_types is null and job.org_id = v_org
                 and job.phase = 'waiting' and job.deferred and job.available_at <= v_now
                 and not exists (select from job_queue.leases lease
                                 where lease.job_id = job.id and lease.attempt = job.attempts + 1)
               order by job.available_at limit 1000)
              union all
              select of_type.* from unnest(p_types) type cross join lateral (
                select job.id, job.attempts, job.priority, job.created_seq from read_models.jobs job
                where job.policy_type = type and job.org_id = v_org
                  and job.phase = 'waiting' and job.deferred and job.available_at <= v_now
                  and not exists (select from job_queue.leases lease
                                  where lease.job_id = job.id and lease.attempt = job.attempts + 1)
                order by job.available_at limit 1000) of_type
            ) waiting
            order by waiting.priority desc, waiting.created_seq
            limit v_max
          ) due;
          if v_due_jobs is not null then
            v_orgs := v_orgs || array_fill(v_org, array[cardinality(v_due_jobs)]);
            v_jobs := v_jobs || v_due_jobs;
            v_attempts := v_attempts || v_due_attempts;
            v_ranks := v_ranks || array(select generate_series(1, cardinality(v_due_jobs)));
            v_served := v_served + 1;
          end if;
          exit when p_org is not null or v_served = v_max;
        end loop;
        return query
          with chosen as (
            select due.org_id, due.job_id, due.attempt, row_number() over (order by due.rank, due.turn) as place
            from unnest(v_orgs, v_jobs, v_attempts, v_ranks) with ordinality as due (org_id, job_id, attempt, rank, turn)
            order by due.rank, due.turn limit v_max
          ), askers as (
            select one.*, sum(one.most) over (order by one.number) as upto
            from unnest(p_max, p_lease_seconds, p_holders, p_requests) with ordinality
              as one (most, lease_seconds, holder, request, number)
          ), given as (
            select chosen.*, askers.lease_seconds, askers.holder, askers.request, askers.number::int
            from chosen join askers on chosen.place > askers.upto - askers.most and chosen.place <= askers.upto
          ), made as (
            insert into job_queue.leases (org_id, job_id, attempt, lease_seconds, expires_at, holder, request_id)
            select given.org_id, given.job_id, given.attempt, given.lease_seconds,
                   clock_timestamp() + make_interval(secs => given.lease_seconds), given.holder, given.request
            from given order by given.job_id
            on conflict do nothing
            returning job_id, attempt, expires_at
          )
          select given.number, given.org_id, made.job_id, made.attempt, made.expires_at
          from made join given on given.job_id = made.job_id and given.attempt = made.attempt order by given.place;
      end $$;

      -- Rows for attempts that their node knows to be due before the read model does, as far as nobody has them.
      create function job_queue.claim_offered(
        p_org text, p_orgs text[], p_jobs text[], p_attempts int[], p_lease_seconds int, p_holder text, p_request text
      ) returns table (org_id text, job_id text, attempt int, expires_at timestamptz) language plpgsql as $$
      #variable_conflict use_column
      begin
        perform job_queue.confine(p_org);
        return query
          insert into job_queue.leases as lease (org_id, job_id, attempt, lease_seconds, expires_at, holder, request_id)
          select offered.org_id, offered.job_id, offered.attempt, p_lease_seconds,
                 clock_timestamp() + make_interval(secs => p_lease_seconds), p_holder, p_request
          from unnest(p_orgs, p_jobs, p_attempts) as offered (org_id, job_id, attempt) order by offered.job_id
          on conflict do nothing
          returning lease.org_id, lease.job_id, lease.attempt, lease.expires_at;
      end $$;

      -- What the same request was given before, as far as it lives.
      create function job_queue.leases_of_request(p_org text, p_holder text, p_request text)
      returns table (org_id text, job_id text, attempt int, expires_at timestamptz) language plpgsql as $$
      #variable_conflict use_column
      begin
        perform job_queue.confine(p_org);
        return query select lease.org_id, lease.job_id, lease.attempt, lease.expires_at from job_queue.leases lease
          where lease.holder = p_holder and lease.request_id = p_request and lease.ended_at is null
            and lease.closed_at is null and lease.expires_at > clock_timestamp()
          order by lease.leased_at, lease.job_id;
      end $$;

      -- Extends an open lease, and says when it ends and whether the job was cancelled; no row where it is lost. The read
      -- model stands in for a mark that a dying process did not make.
      create function job_queue.extend_lease(p_org text, p_job text, p_attempt int)
      returns table (expires_at timestamptz, cancel_requested boolean) language plpgsql as $$
      #variable_conflict use_column
      begin
        perform job_queue.confine(p_org);
        return query
          update job_queue.leases lease set
            cancel_requested = lease.cancel_requested or known.cancelled,
            expires_at = case when lease.cancel_requested or known.cancelled then lease.expires_at
                              else clock_timestamp() + make_interval(secs => lease.lease_seconds) end
          from (select exists (select from read_models.jobs job where job.org_id = p_org and job.id = p_job
                               and (job.phase in ('cancelled', 'completed', 'failed') or job.attempts > p_attempt)) as cancelled) known
          where lease.org_id = p_org and lease.job_id = p_job and lease.attempt = p_attempt
            and lease.closed_at is null and lease.ended_at is null and lease.expires_at > clock_timestamp()
          returning lease.expires_at, lease.cancel_requested;
      end $$;

      -- How long each lease still lasts, in seconds; no row, or none left, where it is lost.
      create function job_queue.leases_remaining(p_orgs text[], p_jobs text[], p_attempts int[])
      returns table (number int, remaining double precision) language plpgsql as $$
      begin
        perform job_queue.confine(null);
        return query select asked.number::int, extract(epoch from lease.expires_at - clock_timestamp())::double precision
          from unnest(p_orgs, p_jobs, p_attempts) with ordinality as asked (org_id, job_id, attempt, number)
          join job_queue.leases lease
            on lease.org_id = asked.org_id and lease.job_id = asked.job_id and lease.attempt = asked.attempt
          where lease.closed_at is null and lease.ended_at is null;
      end $$;

      create function job_queue.request_cancel(p_org text, p_job text, p_attempt int) returns void language plpgsql as $$
      begin
        perform job_queue.confine(p_org);
        update job_queue.leases lease set cancel_requested = true
        where lease.org_id = p_org and lease.job_id = p_job and lease.attempt = p_attempt and lease.ended_at is null;
      end $$;

      -- The attempts did not begin. Their rows stay for a moment, so that the next claim goes on to other jobs.
      create function job_queue.put_off_leases(p_jobs text[], p_attempts int[]) returns void language plpgsql as $$
      begin
        perform job_queue.confine(null);
        update job_queue.leases lease set expires_at = clock_timestamp() + interval '2 seconds'
        from unnest(p_jobs, p_attempts) as idle (job_id, attempt)
        where lease.job_id = idle.job_id and lease.attempt = idle.attempt and lease.ended_at is null;
      end $$;

      -- The attempts' ends are in the log, or they never began.
      create function job_queue.end_leases(p_jobs text[], p_attempts int[], p_began boolean) returns void language plpgsql as $$
      begin
        perform job_queue.confine(null);
        if p_began then
          update job_queue.leases lease set ended_at = clock_timestamp()
          from unnest(p_jobs, p_attempts) as over (job_id, attempt)
          where lease.job_id = over.job_id and lease.attempt = over.attempt;
        else
          delete from job_queue.leases lease using unnest(p_jobs, p_attempts) as over (job_id, attempt)
          where lease.job_id = over.job_id and lease.attempt = over.attempt;
        end if;
      end $$;

      -- Closes leases whose end has come, for one closer at a time; what an earlier one closed and left is handed out again.
      create function job_queue.close_expired(p_max int, p_closing interval)
      returns table (org_id text, job_id text, attempt int) language plpgsql as $$
      #variable_conflict use_column
      begin
        perform job_queue.confine(null);
        return query
          update job_queue.leases lease set
            closed_at = coalesce(lease.closed_at, clock_timestamp()), closing_until = clock_timestamp() + p_closing
          where (lease.job_id, lease.attempt) in (
            select due.job_id, due.attempt from job_queue.leases due
            where due.ended_at is null and due.expires_at <= clock_timestamp()
              and (due.closing_until is null or due.closing_until <= clock_timestamp())
            order by due.expires_at limit p_max for update skip locked)
          returning lease.org_id, lease.job_id, lease.attempt;
      end $$;

      -- Rows for attempts that run by the log but have none, as after the loss of this table.
      create function job_queue.recover_leases() returns int language plpgsql as $$
      declare
        v_made int;
      begin
        perform job_queue.confine(null);
        insert into job_queue.leases (org_id, job_id, attempt, lease_seconds, expires_at, holder)
        select job.org_id, job.id, job.attempts, job.lease_seconds,
               clock_timestamp() + make_interval(secs => job.lease_seconds), ''
        from read_models.jobs job
        where job.phase = 'processing' and not exists (
          select from job_queue.leases lease where lease.job_id = job.id and lease.attempt = job.attempts)
        on conflict do nothing;
        get diagnostics v_made = row_count;
        return v_made;
      end $$;

      -- What waits and what runs, of every organization; due_since is that of the job that waits longest, Unix seconds.
      create function job_queue.figures()
      returns table (org_id text, queued bigint, pending bigint, processing bigint, due_since bigint) language plpgsql as $$
      #variable_conflict use_column
      declare
        v_now bigint := floor(extract(epoch from clock_timestamp()));
      begin
        perform job_queue.confine(null);
        return query
          select open.org_id,
                 count(*) filter (where open.available_at <= v_now),
                 count(*) filter (where open.available_at > v_now),
                 count(*) filter (where open.available_at is null),
                 min(open.available_at) filter (where open.available_at <= v_now)
          -- each by its own index, however many jobs have ended
          from (select job.org_id, job.available_at from read_models.jobs job where job.phase = 'waiting' and not job.deferred
                union all
                select job.org_id, job.available_at from read_models.jobs job where job.phase = 'waiting' and job.deferred
                union all
                select job.org_id, null from read_models.jobs job where job.phase = 'processing') open
          group by open.org_id order by open.org_id;
      end $$;

      create function job_queue.sweep_leases(p_kept interval, p_max int) returns int language plpgsql as $$
      declare
        v_swept int;
      begin
        perform job_queue.confine(null);
        delete from job_queue.leases lease where (lease.job_id, lease.attempt) in (
          select old.job_id, old.attempt from job_queue.leases old
          where old.ended_at < clock_timestamp() - p_kept
            -- a read model that has not seen the attempt yet would have it handed out again
            and exists (select from read_models.jobs job
                        where job.org_id = old.org_id and job.id = old.job_id and job.attempts >= old.attempt)
          order by old.ended_at limit p_max);
        get diagnostics v_swept = row_count;
        return v_swept;
      end $$;
    `,
  },
];
