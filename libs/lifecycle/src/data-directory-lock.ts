import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps a second process out of a data directory. A listening socket is the lock, for it is gone with the process
 * however that ends; on Linux its name lies in the abstract namespace, so that no file is left behind either.
 * @throws Error when another process holds the directory
 */
export async function lockDataDirectory(directory: string, onLinux = process.platform === 'linux'): Promise<Server> {
  const name = `keyledger-${createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32)}`;
  const path = onLinux ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  let server = await listen(path);
  // Only a file that is in the way is removed, and only where nobody answers: a killed process left it.
  if (server === null && !onLinux && (await isAbandoned(path))) {
    rmSync(path, { force: true });
    server = await listen(path);
  }
  if (server === null)
    throw new Error(`another Keyledger runs on the data directory ${directory}; stop it or set DATA_DIR`);
  return server;
}

/** Null where the path is taken. */
function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(path, () => resolve(server.unref()));
  });
}

/** Any other error than a refusal, such as a full queue, comes from somebody who is there. */
function isAbandoned(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
}
