import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/**
 * The jobs, and with them the queue. What waits for nothing but a worker is led through in the order in which it is handed
 * out, by organization (`jobs_ready`) and by type (`jobs_ready_of_type`), so that neither jobs of other types nor jobs of
 * later days are in the way; what is put off until a time has an order of its own, by that time.
 * `state` is the domain's `JobFacts` without the input, which only workers see and which they get from the log; the
 * columns beside it are what lists and the queue filter and sort by.
 *
 * Whoever hands out work looks across organizations. For that, and for nothing else, a transaction says so by
 * `keyledger.queue`; all others see their own organization alone.
 */
export const jobsMigration: Migration = {
  id: 'read-models/007-jobs',
  sql: `
    create table read_models.jobs (
      org_id text collate "C" not null,
      id text collate "C" not null,
      -- seq of the event that submitted the job: the order of every list, and of age in the queue
      created_seq bigint not null,
      created_at bigint not null,
      phase text collate "C" not null,
      -- Unix seconds, of meaning while it waits
      available_at bigint not null,
      -- whether that was in the future when the job began to wait: scheduled, or backing off
      deferred boolean not null,
      priority int not null,
      policy_type text collate "C" not null,
      source text not null,
      key_id text collate "C",
      attempts int not null,
      -- of the last attempt
      lease_seconds int,
      state json not null,
      -- of state as JSON: so that a page is measured without reading what does not fit
      state_bytes int not null,
      primary key (org_id, id)
    ) with (fillfactor = 70);
    create unique index jobs_newest on read_models.jobs (org_id, created_seq);
    create index jobs_ready on read_models.jobs (org_id, policy_type, priority desc, created_seq)
      where phase = 'waiting' and not deferred;
    create index jobs_ready_of_type on read_models.jobs (policy_type, org_id, priority desc, created_seq)
      where phase = 'waiting' and not deferred;
    create index jobs_deferred on read_models.jobs (available_at, org_id) where phase = 'waiting' and deferred;
    create index jobs_deferred_of_type on read_models.jobs (policy_type, available_at, org_id)
      where phase = 'waiting' and deferred;
    create index jobs_deferred_of_org on read_models.jobs (org_id, available_at) where phase = 'waiting' and deferred;
    create index jobs_deferred_of_org_and_type on read_models.jobs (org_id, policy_type, available_at)
      where phase = 'waiting' and deferred;
    -- For lists: of a key, of a policy type, and of what went wrong, which may be few among many; what waits and what is in
    -- work is found as the queue finds it. Measured, the first two take 40 us from a job's whole life.
    create index jobs_of_key on read_models.jobs (org_id, key_id, created_seq) where key_id is not null;
    create index jobs_of_type on read_models.jobs (org_id, policy_type, created_seq);
    create index jobs_without_result on read_models.jobs (org_id, phase, created_seq)
      where phase in ('failed', 'cancelled');
    create index jobs_processing on read_models.jobs (org_id, id) where phase = 'processing';

    -- the number of each event of a job, for its history; the events themselves are in the log
    create table read_models.job_steps (
      org_id text collate "C" not null,
      id text collate "C" not null,
      revision int not null,
      seq bigint not null,
      primary key (org_id, id, revision)
    );
    ${['jobs', 'job_steps'].map(confined).join('\n')}
    create policy queue on read_models.jobs for select to {{api}} using (current_setting('keyledger.queue', true) = 'on');
    select read_models.adopt_projection('jobs', 1, 'jobs', 'job_steps');
  `,
};
