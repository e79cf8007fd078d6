import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/**
 * The jobs, and with them the queue: `jobs_queue` leads through what waits in the order in which it is handed out.
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
    create index jobs_queue on read_models.jobs (org_id, priority desc, created_seq) include (available_at, policy_type)
      where phase = 'waiting';
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
