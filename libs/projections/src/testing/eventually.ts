import { setTimeout as delay } from 'node:timers/promises';

const GIVE_UP_MS = 30_000;

/** For tests: tries until the expectations hold, and fails with the last failure when they do not come to. */
export async function eventually<T>(attempt: () => Promise<T> | T): Promise<T> {
  for (const deadline = Date.now() + GIVE_UP_MS; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(20);
    }
  }
}
