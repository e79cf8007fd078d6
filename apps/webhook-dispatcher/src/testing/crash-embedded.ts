import { eventually, type StartedSystem } from '#libs/testing';
import { expireMarks } from '../../../standalone/src/testing/expire-marks.js';
import { isAlive, postmasterOf } from '../../../standalone/src/testing/postmaster.js';

export const EMBEDDED_VICTIMS = ['product', 'postgres', 'both', 'product'] as const;

/** Like a power cut, and on again. Postgres is started again by whoever supervises it. */
export async function crashEmbedded(system: StartedSystem, victim: (typeof EMBEDDED_VICTIMS)[number]): Promise<void> {
  if (victim !== 'product') await killPostgres(system.dataDir);
  if (victim === 'postgres') return;
  await system.kill('SIGKILL');
  await system.launch();
  await expireMarks(system.dataDir);
}

/** As soon as it runs: it may still be on its way up after the crash before. */
export async function killPostgres(dataDir: string): Promise<void> {
  await eventually('a Postgres to kill', async () => {
    const pid = await postmasterOf(dataDir).catch(() => null);
    return pid !== null && isAlive(pid) && process.kill(pid, 'SIGKILL') ? true : null;
  });
}
