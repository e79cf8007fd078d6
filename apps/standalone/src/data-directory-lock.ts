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
export async function lockDataDirectory(directory: string): Promise<Server> {
  const name = `keyledger-${createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return listen(`\0${name}`, directory);
  const path = join(tmpdir(), `${name}.sock`);
  if (!(await somebodyListens(path))) rmSync(path, { force: true });
  return listen(path, directory);
}

function listen(path: string, directory: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      const held = 'code' in error && error.code === 'EADDRINUSE';
      reject(
        held ? new Error(`another Keyledger runs on the data directory ${directory}; stop it or set DATA_DIR`) : error,
      );
    });
    server.listen(path, () => resolve(server.unref()));
  });
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
