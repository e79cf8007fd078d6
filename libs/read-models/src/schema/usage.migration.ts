import type { Migration } from '#libs/postgres';
import { confined } from './confined.js';

/**
 * What was spent. `usage_buckets` has the sums for each quarter of an hour, hour and UTC day, and since
 * `usageSixHoursMigration` six hours: any day or month of any time zone is made of some of these, a long period of few, and
 * of fewer still where nobody asks for policy types and keys. `usage_attempts` (each end of an attempt and each late report;
 * rows are only added) and `usage_jobs` have what these sums are of, for the parts of a period outside of whole quarters.
 *
 * Figures of buckets are numeric where workers choose them: no report may be so large that a sum could not be stored. In
 * all three `key_id` is empty where no key submitted the job, and costs are micro-dollars.
 */
export const usageMigration: Migration = {
  id: 'read-models/008-usage',
  sql: `
    create table read_models.usage_jobs (
      org_id text collate "C" not null,
      job_id text collate "C" not null,
      -- Unix milliseconds
      created_at bigint not null,
      policy_type text collate "C" not null,
      source text collate "C" not null,
      key_id text collate "C" not null,
      phase text collate "C" not null,
      -- Unix seconds; null but while it waits for a time of its own, so that most changes of phase touch no index
      due_at bigint,
      primary key (org_id, job_id)
    ) with (fillfactor = 80);
    create index usage_jobs_created on read_models.usage_jobs (org_id, created_at);
    create index usage_jobs_due on read_models.usage_jobs (org_id, due_at) include (created_at, key_id)
      where due_at is not null;

    create table read_models.usage_attempts (
      org_id text collate "C" not null,
      -- Unix milliseconds
      at bigint not null,
      job_id text collate "C" not null,
      attempt int not null,
      late boolean not null,
      wasted boolean not null,
      policy_type text collate "C" not null,
      source text collate "C" not null,
      key_id text collate "C" not null,
      input_tokens bigint not null,
      output_tokens bigint not null,
      embedding_tokens bigint not null,
      structured_output_tokens bigint not null,
      rag_chunks bigint not null,
      cost bigint not null,
      primary key (org_id, at, job_id, attempt, late)
    );

    create table read_models.usage_buckets (
      org_id text collate "C" not null,
      -- seconds: 900, 3600 or 86400
      width int not null,
      -- told apart by policy type and key; else both are empty and it is the sum of all that are
      grouped boolean not null,
      -- Unix seconds
      starts_at bigint not null,
      policy_type text collate "C" not null,
      source text collate "C" not null,
      key_id text collate "C" not null,
      -- jobs submitted then, by the phase in which they are now
      waiting bigint not null,
      processing bigint not null,
      completed bigint not null,
      failed bigint not null,
      cancelled bigint not null,
      attempts bigint not null,
      input_tokens numeric not null,
      output_tokens numeric not null,
      embedding_tokens numeric not null,
      structured_output_tokens numeric not null,
      rag_chunks numeric not null,
      cost numeric not null,
      wasted_tokens numeric not null,
      wasted_cost numeric not null,
      primary key (org_id, width, grouped, starts_at, policy_type, source, key_id)
    ) with (fillfactor = 70);
    ${['usage_jobs', 'usage_attempts', 'usage_buckets'].map(confined).join('\n')}
    select read_models.adopt_projection('usage', 1, 'usage_jobs', 'usage_attempts', 'usage_buckets');
  `,
};
