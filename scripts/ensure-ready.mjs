import { ensureBuilt, isBuilt } from './ensure-built.mjs';
import { ensureInstalled, isInstalled, pinnedNode } from './ensure-installed.mjs';
import { oneAtATime } from './one-at-a-time.mjs';

/**
 * Installs and builds what is missing, and returns the path of the pinned Node. Where nothing is, nothing is written and
 * nobody waited for, so that a checkout that can only be read starts.
 */
export async function ensureReady(root) {
  if (!isInstalled(root) || !isBuilt(root)) {
    try {
      // Both look again: another process may have done it meanwhile.
      await oneAtATime(root, () => ensureBuilt(root, ensureInstalled(root)));
    } catch (error) {
      console.error(`keyledger: ${error.message}`);
      process.exit(1);
    }
  }
  return pinnedNode(root);
}
