import { readDocument } from '../../../examples/worker/src/read-document.ts';
import { WorkFailed, type Work } from '../../../examples/worker/src/work.ts';
import type { Random } from './demo-documents.js';

/** Of each hundred attempts, how many meet a model that is busy, and how many a scan that nobody can read. */
const BUSY = 0.08;
const ILLEGIBLE = 0.03;

/** Reads documents as the example worker does, with the mishaps of daily life. */
export function demoWork(random: Random): Work {
  return async (lease, task) => {
    const mishap = random();
    const result = await readDocument(lease, task);
    // At the end, so that the failed attempt has cost something.
    if (mishap < BUSY) throw new WorkFailed('model_overloaded', 'The model is overloaded.', { retryable: true });
    if (mishap < BUSY + ILLEGIBLE)
      throw new WorkFailed('illegible_scan', 'The scan of the last page is illegible.', { retryable: false });
    return result;
  };
}
