import { Logger, makeWorkerUtils, run, type WorkerUtils } from 'graphile-worker';
import { JOB_INPUT } from './bench-job.js';
import type { JobRig } from './job-rig.js';

const logger = new Logger(() => () => undefined);

/** graphile-worker by its own loop; it keeps no result. */
export class GraphileWorkerJobs implements JobRig {
  private constructor(
    private readonly connectionString: string,
    private readonly utils: WorkerUtils,
    private readonly batched: boolean,
  ) {}

  /** @param batched with a local queue, and completions gathered, as its page on performance has it */
  static async open(connectionString: string, batched = false): Promise<GraphileWorkerJobs> {
    const utils = await makeWorkerUtils({ connectionString, maxPoolSize: 16, logger });
    await utils.migrate();
    return new GraphileWorkerJobs(connectionString, utils, batched);
  }

  async submit(): Promise<void> {
    await this.utils.addJob('bench', JOB_INPUT);
  }

  async work(jobs: number, workers: number): Promise<void> {
    const done = Promise.withResolvers<undefined>();
    let seen = 0;
    const runner = await run({
      preset: {
        worker: {
          ...{ connectionString: this.connectionString, concurrentJobs: workers, maxPoolSize: workers + 1, logger },
          ...(this.batched ? { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } : {}),
        },
      },
      noHandleSignals: true,
      taskList: {
        bench: async () => {
          if (++seen === jobs) done.resolve(undefined);
        },
      },
    });
    await done.promise;
    // Waits until what its workers have in hand is completed.
    await runner.stop();
  }

  async settle(): Promise<void> {}

  async close(): Promise<void> {
    await this.utils.release();
  }
}
