import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseIdempotencyKey } from '../http/idempotency-key.js';
import { parseQuery } from '../http/query-specification.js';
import type { AnswerHeader } from '../http/route-contract.js';
import type { WriteAnswer } from './idempotency/write-answer.js';
import type { WriteContext } from './write-context.js';

/** The headers that every answer to a write may have. */
export const WRITE_HEADERS: readonly AnswerHeader[] = ['X-Log-Position', 'Idempotent-Replayed'];

/**
 * The request as a use case sees it. Only for routes that the platform token may not call; none of them takes a query.
 * @throws RequestRefused 422
 */
export function writeContextOf(request: FastifyRequest): WriteContext {
  const { caller, requestId, clientIp, userAgent } = request.context;
  if (caller === null || caller.type === 'platform')
    throw new Error(`${request.url} is open to callers it cannot serve`);
  parseQuery({}, request.query);
  return {
    caller,
    requestId,
    ip: clientIp,
    userAgent,
    idempotencyKey: parseIdempotencyKey(request.headers['idempotency-key']),
    method: request.method,
    path: request.url.split('?')[0] ?? request.url,
    body: request.body ?? {},
  };
}

/** Puts an answer's status and headers onto the reply; returns the body. */
export function answerWrite(reply: FastifyReply, answer: WriteAnswer): object | undefined {
  void reply.status(answer.status).header('x-log-position', answer.logPosition);
  if (answer.location !== null) void reply.header('location', answer.location);
  if (answer.replayed) void reply.header('idempotent-replayed', 'true');
  return answer.body ?? undefined;
}
