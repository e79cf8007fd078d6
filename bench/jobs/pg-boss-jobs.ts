import { PgBoss } from 'pg-boss';
import { JOB_INPUT, JOB_RESULT } from './bench-job.js';
import type { JobRig } from './job-rig.js';

const QUEUE = 'bench';

/** pg-boss by its functions, as documented for workers that fetch by themselves: its own loop looks every 2 s. */
export class PgBossJobs implements JobRig {
  private constructor(
    private readonly boss: PgBoss,
    private readonly batch: number,
  ) {}

  /** @param batch jobs that a worker fetches and completes at once */
  static async open(connectionString: string, batch = 1): Promise<PgBossJobs> {
    const boss = new PgBoss({ connectionString, max: 16 });
    boss.on('error', (error) => console.error('pg-boss:', error));
    await boss.start();
    await boss.createQueue(QUEUE);
    return new PgBossJobs(boss, batch);
  }

  async submit(): Promise<void> {
    if ((await this.boss.send(QUEUE, JOB_INPUT)) === null) throw new Error('pg-boss took no job');
  }

  async work(jobs: number, workers: number): Promise<void> {
    let completed = 0;
    const worker = async (): Promise<void> => {
      while (completed < jobs) {
        const fetched = await this.boss.fetch(QUEUE, { batchSize: this.batch });
        if (fetched.length === 0) continue;
        const ids = fetched.map(({ id }) => id);
        await this.boss.complete(QUEUE, ids, JOB_RESULT);
        completed += ids.length;
      }
    };
    await Promise.all(Array.from({ length: workers }, worker));
  }

  async settle(): Promise<void> {}

  async close(): Promise<void> {
    await this.boss.stop({ graceful: false });
  }
}
