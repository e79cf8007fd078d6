import type { FastifyContextConfig, FastifyInstance, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { ProductMetrics } from '#libs/observability';
import { refuseParameters } from './refuse-parameters.js';
import type { Readiness, ReadinessProbe } from './readiness.js';

export interface OperationsRoutesOptions {
  readonly readiness: ReadinessProbe;
  readonly metrics: Pick<ProductMetrics, 'expose'>;
  /** Whether a request may see what readiness rests on. */
  readonly mayKnowDetails: (request: FastifyRequest) => boolean | Promise<boolean>;
  /** What each route says of itself to the server that it is added to; default nothing. */
  readonly config?: Readonly<Record<'health' | 'ready' | 'metrics', FastifyContextConfig>>;
}

/** Adds `/healthz`, `/readyz` and `/metrics`. */
export function serveOperations(server: FastifyInstance, options: OperationsRoutesOptions): void {
  const { readiness, metrics, mayKnowDetails, config } = options;
  // After the credential was looked at, where one is wanted.
  const preHandler = (request: FastifyRequest, _reply: unknown, done: HookHandlerDoneFunction): void => {
    refuseParameters(request);
    done();
  };
  server.get('/healthz', { config: config?.health, preHandler }, () => ({ status: 'ok' }));
  server.get('/readyz', { config: config?.ready, preHandler }, async (request, reply) => {
    const found = await readiness();
    return reply.code(found.ready ? 200 : 503).send(present(found, await mayKnowDetails(request)));
  });
  server.get('/metrics', { config: config?.metrics, preHandler }, async (_request, reply) => {
    const { contentType, text } = await metrics.expose();
    return reply.header('content-type', contentType).send(text);
  });
}

function present({ ready: isReady, dependencies, projections }: Readiness, details: boolean): object {
  return { status: isReady ? 'ready' : 'not_ready', ...(details ? { dependencies, projections } : {}) };
}
