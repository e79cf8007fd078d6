import type { FastifyReply } from 'fastify';

/** Fires when the client's connection ends before it was answered, and, which no longer matters then, after it was. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (reply.raw.destroyed) gone.abort();
  else reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
