import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, isInstalled, pinnedNode } from './ensure-installed.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { runNode } from './run-node.mjs';

/** `npm run example:receiver`: the example as it stands; it has no build, so only the pinned Node must be there. */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = isInstalled(root) ? pinnedNode(root) : await oneAtATime(root, () => ensureInstalled(root));
runNode(node, [join(root, 'examples/receiver/src/main.ts')], root, process.env);
