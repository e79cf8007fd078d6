/** A queue of jobs on the same Postgres as the others, as the benchmark drives it. */
export interface JobRig {
  /** Resolves once one job is stored. */
  submit(): Promise<void>;
  /** So many workers take one job at a time and complete it; resolves once so many jobs are completed. */
  work(jobs: number, workers: number): Promise<void>;
  /** Resolves once nothing of what was done costs anything any more. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Whole jobs a second: submitted by so many clients, and then leased and completed by as many workers. */
export async function wholeJobsRate(rig: JobRig, jobs: number, concurrency: number): Promise<number> {
  const started = performance.now();
  let submitted = 0;
  const client = async (): Promise<void> => {
    while (submitted++ < jobs) await rig.submit();
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  await rig.work(jobs, concurrency);
  return (jobs / (performance.now() - started)) * 1_000;
}
