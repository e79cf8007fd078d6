import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ProductMetrics } from '#libs/observability';
import { OPERATOR } from '../http/route-access.js';
import type { RouteContract } from '../http/route-contract.js';
import { healthSchema, readinessSchema } from './health.schema.js';
import type { Readiness, ReadinessProbe } from './readiness.js';

export interface OperationsRoutesOptions {
  readonly readiness: ReadinessProbe;
  readonly metrics: Pick<ProductMetrics, 'expose'>;
  /** Whether a request may see what readiness rests on. */
  readonly mayKnowDetails: (request: FastifyRequest) => boolean | Promise<boolean>;
}

/** `/healthz`, `/readyz` and `/metrics`. On the API's port the last wants the platform token. */
export function serveOperations(server: FastifyInstance, options: OperationsRoutesOptions): void {
  const { readiness, metrics, mayKnowDetails } = options;
  server.get('/healthz', { config: { contract: health } }, () => ({ status: 'ok' }));
  server.get('/readyz', { config: { contract: ready } }, async (request, reply) => {
    const found = await readiness();
    return reply.code(found.ready ? 200 : 503).send(present(found, await mayKnowDetails(request)));
  });
  server.get('/metrics', { config: { contract: exposition } }, async (_request, reply) => {
    const { contentType, text } = await metrics.expose();
    return reply.header('content-type', contentType).send(text);
  });
}

function present({ ready: isReady, dependencies, projections }: Readiness, details: boolean): object {
  return { status: isReady ? 'ready' : 'not_ready', ...(details ? { dependencies, projections } : {}) };
}

const health: RouteContract = {
  operationId: 'getHealth',
  summary: 'Whether the process is alive',
  tag: 'Operations',
  access: null,
  answers: [{ status: 200, description: 'It is.', schema: healthSchema }],
};

const ready: RouteContract = {
  operationId: 'getReadiness',
  summary: 'Whether the process can answer; with the platform token, on what that rests',
  tag: 'Operations',
  access: null,
  answers: [
    { status: 200, description: 'It can.', schema: readinessSchema },
    { status: 503, description: 'It cannot.', schema: readinessSchema },
  ],
};

const exposition: RouteContract = {
  operationId: 'getMetrics',
  summary: 'Metrics in the text format of Prometheus',
  tag: 'Operations',
  access: OPERATOR,
  answers: [{ status: 200, description: 'The metrics.', schema: { type: 'string' }, contentType: 'text/plain' }],
};
