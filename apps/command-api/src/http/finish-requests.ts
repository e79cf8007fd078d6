import type { Server } from 'node:http';

const LOOK_AGAIN_MS = 25;

/**
 * Closes a server once the requests in hand are answered, and cuts off whoever has not taken the answer after
 * `withinMs`. Node closes only those connections that are idle at the moment of the call; one that answers a moment
 * later would be kept alive, and the close would wait for its client to go.
 */
export async function finishRequests(server: Server, close: () => Promise<void>, withinMs: number): Promise<void> {
  const whenIdle = setInterval(() => server.closeIdleConnections(), LOOK_AGAIN_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), withinMs);
  try {
    await close();
  } finally {
    clearInterval(whenIdle);
    clearTimeout(cutOff);
  }
}
