import { spawnSync } from 'node:child_process';

/** How a command is started so that Postgres does not see itself run as root, which it refuses. */
export interface Unprivileged {
  readonly prefix: readonly string[];
  /** Set where files must belong to another user. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

const NOBODY = 65_534;

/**
 * As an ordinary user: nothing to do. As root: a user namespace in which root is called `nobody`, so that the data
 * directory may lie anywhere, below `/root` too. Where the kernel or container forbids that, really the user `nobody`,
 * who must then be able to reach the data directory and the program.
 */
export function unprivileged(): Unprivileged {
  if (process.getuid?.() !== 0) return { prefix: [], owner: null };
  const namespace = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  const works = spawnSync('unshare', [...namespace.slice(1), 'true'], { timeout: 5_000 }).status === 0;
  return works ? { prefix: namespace, owner: null } : { prefix: [], owner: { uid: NOBODY, gid: NOBODY } };
}
