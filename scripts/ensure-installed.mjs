import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'node_modules/.keyledger-lock';

/** Whether the dependencies are those of package-lock.json. */
export function isInstalled(root) {
  const stamp = join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockOf(root);
}

/**
 * Installs the dependencies of package-lock.json when they are missing or another version's, and returns the path of
 * the Node that they pin. Runs on any Node from 20 on, before anything is installed.
 */
export function ensureInstalled(root) {
  if (!isInstalled(root)) {
    console.error('keyledger: installing dependencies; this is done once');
    // Not `npm ci`: it refuses a lock file that leaves out optional packages of other platforms, as ours does where the
    // registry it was made from lacks them. `--no-save` installs what the lock file says and leaves it as it is.
    const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (npm.status !== 0) {
      console.error(`keyledger: npm install failed${npm.error ? `: ${npm.error.message}` : ''}`);
      process.exit(1);
    }
    writeFileSync(join(root, STAMP), lockOf(root));
  }
  return pinnedNode(root);
}

/** The path of the Node that the installed dependencies bring along. */
export function pinnedNode(root) {
  const node = join(root, 'node_modules/.bin/node');
  if (!existsSync(node)) {
    console.error('keyledger: the pinned Node is missing from node_modules; remove node_modules and try again');
    process.exit(1);
  }
  return node;
}

function lockOf(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}
