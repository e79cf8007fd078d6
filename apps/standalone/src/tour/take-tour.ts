import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TourStep } from './tour.js';

/** Of the repository, what the tour's commands need. */
const PARTS = ['package.json', 'scripts', 'node_modules'];
const DOCUMENTED = 'http://127.0.0.1:3000';
const BETWEEN = '\u0001next step\u0001';

/**
 * Types the tour's commands into one shell, in a folder whose `.keyledger` is the data directory of a running system,
 * and returns what each step printed.
 */
export async function takeTour(steps: readonly TourStep[], dataDir: string, url: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keyledger-tour-'));
  try {
    await symlink(dataDir, join(folder, '.keyledger'));
    for (const part of PARTS) await symlink(resolve(part), join(folder, part));
    // A step that fails leaves no worker behind.
    const trap = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n";
    const script = steps.map(({ commands }) => commands).join(`printf '${BETWEEN}'\n`);
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-euo', 'pipefail', '-c', trap + script.replaceAll(DOCUMENTED, url)],
      {
        cwd: folder,
        timeout: 60_000,
      },
    );
    return stdout.replaceAll(url, DOCUMENTED).split(BETWEEN);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
