/** What every stream of this kind is called before the job; the filter of a subscription to jobs. */
export const JOB_STREAM_PREFIX = 'job-';

const JOB_ID = /^job_([0-9A-Za-z]{24})$/;

/** Whether it has the form of a job's id, `job_` and 24 base62 characters; callers answer any other as an unknown one. */
export function isJobId(jobId: string): boolean {
  return JOB_ID.test(jobId);
}

/** The stream that holds a job and all its attempts. @throws RangeError for what is no job's id */
export function jobStream(jobId: string): string {
  const name = JOB_ID.exec(jobId)?.[1];
  if (name === undefined) throw new RangeError('a stream of a job is named by the id of one');
  return `${JOB_STREAM_PREFIX}${name}`;
}
