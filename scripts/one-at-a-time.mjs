import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCK = '.keyledger-building';
const LOOK_EVERY_MS = 200;

/**
 * Runs the work while no other process of this folder does the same: apps that are started side by side would remove
 * each other's build. The lock of a process that is gone is taken over.
 */
export function oneAtATime(root, work) {
  const lock = join(root, LOCK);
  for (let said = false; !take(lock); said = true) {
    if (!said) console.error('keyledger: waiting for another process that installs or builds');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
  const release = () => rmSync(lock, { force: true });
  // A build that fails ends the process where it is.
  process.once('exit', release);
  try {
    return work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned(lock)) rmSync(lock, { force: true });
    return false;
  }
}

/** Another one may have released it since; then there is nothing to read, and nothing to take over. */
function isAbandoned(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Between its making and its first byte it names nobody yet.
    if (pid === 0) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
