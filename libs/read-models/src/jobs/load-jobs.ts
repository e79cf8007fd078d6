import type pg from 'pg';
import type { JobFacts } from '#libs/domain';

/** A job as it was projected last, and the number of the event that submitted it. */
export interface ProjectedJob {
  readonly orgId: string;
  readonly createdSeq: number;
  readonly job: JobFacts;
}

interface JobRow {
  readonly org_id: string;
  readonly id: string;
  readonly created_seq: string;
  readonly state: JobFacts;
}

/** What names a job: its row is found by both. */
export interface JobName {
  readonly orgId: string;
  readonly id: string;
}

/** The jobs as they were projected last, all with one query, by their ids; those without a row are not among them. */
export async function loadJobs(
  transaction: pg.ClientBase,
  names: readonly JobName[],
): Promise<ReadonlyMap<string, ProjectedJob>> {
  if (names.length === 0) return new Map();
  const { rows } = await transaction.query<JobRow>({
    name: 'load_jobs',
    text: `select jobs.org_id, jobs.id, created_seq, state
           from unnest($1::text[], $2::text[]) as wanted (org_id, id)
           join jobs on jobs.org_id = wanted.org_id and jobs.id = wanted.id`,
    values: [names.map(({ orgId }) => orgId), names.map(({ id }) => id)],
  });
  return new Map(
    rows.map((row) => [row.id, { orgId: row.org_id, createdSeq: Number(row.created_seq), job: row.state }]),
  );
}
