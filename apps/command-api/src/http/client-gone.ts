import type { FastifyRequest } from 'fastify';

/** Fires when the client's connection ends before it was answered. */
export function clientGone(request: FastifyRequest): AbortSignal {
  const gone = new AbortController();
  const { socket } = request.raw;
  if (socket.destroyed) gone.abort();
  const onClose = (): void => gone.abort();
  socket.once('close', onClose);
  // A kept connection carries many requests, each of which would leave its listener behind.
  request.raw.once('close', () => socket.off('close', onClose));
  return gone.signal;
}
