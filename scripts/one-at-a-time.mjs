import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 200;
/** A first installation over a slow network, and the build behind it. */
const WAIT_AT_MOST_MS = 15 * 60_000;

/**
 * Runs the work while no other process of this folder does the same: apps that are started side by side would remove
 * each other's build. A listening socket is the lock, for it is gone with its process however that ends; a file would
 * stay, and the process id in it may be another process's by then.
 * @throws Error when the others were not done in time
 */
export async function oneAtATime(root, work, { withinMs = WAIT_AT_MOST_MS, onLinux = isLinux() } = {}) {
  const address = addressOf(realpathSync(root), onLinux);
  const deadline = performance.now() + withinMs;
  let lock = await listen(address);
  if (lock === null) console.error('keyledger: waiting for another process that installs or builds');
  for (; lock === null; lock = await listen(address)) {
    if (performance.now() > deadline) {
      throw new Error(
        `another process has been installing or building in ${root} for ${withinMs / 1_000} s (it listens on ` +
          `${address.path?.replace('\0', '@') ?? `port ${address.port}`}); end it and try again`,
      );
    }
    await delay(ASK_EVERY_MS);
  }
  try {
    return await work();
  } finally {
    await new Promise((closed) => lock.close(closed));
  }
}

/** On Linux a name without a file. Elsewhere a port, since a socket's file outlives its process. */
function addressOf(directory, onLinux) {
  const digest = createHash('sha256').update(directory).digest();
  if (onLinux) return { path: `\0keyledger-build-${digest.toString('hex').slice(0, 32)}` };
  // Below the ports that systems give to clients.
  return { host: '127.0.0.1', port: 20_000 + (digest.readUInt32BE() % 10_000) };
}

/** Null where the address is taken. */
function listen(address) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(address, () => resolve(server));
  });
}

function isLinux() {
  return process.platform === 'linux';
}
