import { randomUUID } from 'node:crypto';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { ProductMetrics } from '#libs/observability';
import { serveOperations } from './operations-routes.js';
import type { ReadinessProbe } from './readiness.js';
import { REFUSALS } from './refusals.js';
import { RequestRefused } from './request-refused.js';

const METHODS = ['GET', 'HEAD'] as const;

/**
 * The server of `METRICS_PORT`: the same three routes in full and open, so it listens on loopback unless told. It refuses
 * in the one shape of errors that the API has.
 */
export function createOperationsServer(readiness: ReadinessProbe, metrics: ProductMetrics): FastifyInstance {
  const server = fastify({
    ...{ logger: false, bodyLimit: 1_024, requestTimeout: 10_000, forceCloseConnections: true },
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    frameworkErrors: (_error, request, reply) => answer(new RequestRefused('bad_request'), request, reply),
  });
  server.setErrorHandler(answer);
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    if (!request.is404) return done();
    // Here, because Fastify would first read the body and refuse that.
    const [path = ''] = request.url.split('?');
    const known = METHODS.some((method) => server.findRoute({ method, url: path }) !== null);
    done(known ? new RequestRefused('method_not_allowed', { allow: METHODS }) : new RequestRefused('not_found'));
  });
  serveOperations(server, { readiness, metrics, mayKnowDetails: () => true });
  return server;
}

function answer(error: unknown, { id }: FastifyRequest, reply: FastifyReply): void {
  const refused = error instanceof RequestRefused ? error : null;
  if (refused?.allow !== undefined) void reply.header('allow', refused.allow.join(', '));
  const { code, message, status } = refused ?? { code: 'internal_error', ...REFUSALS.internal_error };
  const fields = refused?.fields === undefined ? {} : { fields: refused.fields };
  void reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send({ detail: { code, message, ...fields, request_id: id } });
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[!-~]{1,128}$/.test(given) ? given : `req_${randomUUID()}`;
}
