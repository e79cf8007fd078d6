import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * What tests run beside Node, by Debian package: a browser for the reference page, curl for the README's tour, NATS for what
 * carries events to the webhook dispatcher.
 */
const PROGRAMS = [
  { name: 'chromium', path: '/usr/bin/chromium' },
  { name: 'curl', path: '/usr/bin/curl' },
  { name: 'nats-server', path: '/usr/sbin/nats-server' },
];

/** A mirror that does not answer must not hold up the tests for ever; a slow one gets its time. */
const WITHIN_MS = 5 * 60_000;

/**
 * Installs the programs that the tests need where they are missing and we may (as root, with apt-get), with a line that
 * says so. Where that is impossible the tests say themselves what they lack: skipped by name, in CI failed.
 */
export function ensureTestPrograms() {
  const missing = PROGRAMS.filter(({ path }) => !existsSync(path)).map(({ name }) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`keyledger: ${missing.join(' and ')} missing; install with your package manager to run every test`);
    return;
  }
  console.error(`keyledger: installing ${missing.join(' and ')} for the tests; this is done once`);
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: WITHIN_MS,
    }).status === 0;
  const install = () => apt('install', '-y', '-q', '--no-install-recommends', ...missing);
  // A fresh machine knows no packages yet, and an old list names versions that are gone.
  if (!install() && !(apt('update', '-q') && install())) {
    console.error(`keyledger: ${missing.join(' and ')} could not be installed`);
  }
}
