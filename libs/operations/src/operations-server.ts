import { fastify, type FastifyInstance } from 'fastify';
import type { ProductMetrics } from '#libs/observability';
import { serveOperations } from './operations-routes.js';
import type { ReadinessProbe } from './readiness.js';

/** The server of `METRICS_PORT`: the same three routes in full and open, so it listens on loopback unless told. */
export function createOperationsServer(readiness: ReadinessProbe, metrics: ProductMetrics): FastifyInstance {
  const server = fastify({ logger: false, bodyLimit: 1_024, requestTimeout: 10_000, forceCloseConnections: true });
  serveOperations(server, { readiness, metrics, mayKnowDetails: () => true });
  return server;
}
